/** Chooses the encoder: the one that was requested, or the fastest that can be loaded on this machine. */
import { EncoderUnavailable, type TileEncoder } from "../../encoder.ts";
import type { Log } from "../../log.ts";
import { JpegJsEncoder } from "./jpeg-js.ts";
import { openJpegTurbo } from "./jpeg-turbo.ts";

export const ENCODER_CHOICES = ["auto", "jpeg-turbo", "jpeg-js"] as const;
export type EncoderChoice = (typeof ENCODER_CHOICES)[number];

/**
 * @param options.qualities 1 to 100 each, coarsest first
 * @param options.openTurbo loads the native encoder
 */
export function chooseEncoder(options: {
  readonly choice: EncoderChoice;
  readonly qualities: readonly number[];
  readonly log: Log;
  readonly openTurbo?: typeof openJpegTurbo;
}): TileEncoder | EncoderUnavailable {
  const { choice, qualities, log, openTurbo = openJpegTurbo } = options;
  if (choice === "jpeg-js") return new JpegJsEncoder(qualities);
  const turbo = openTurbo(qualities);
  if (choice === "jpeg-turbo" || !(turbo instanceof EncoderUnavailable)) return turbo;
  log.warn(
    `jpeg-turbo cannot be used here (${turbo.reason}): jpeg-js encodes whole pictures instead`,
  );
  return new JpegJsEncoder(qualities);
}
