/** Which encoder does the work: the one that was asked for, or the fastest that loads here. */

import { EncoderUnavailable, type TileEncoder } from "../../encoder.ts";
import type { Log } from "../../log.ts";
import { JpegJsEncoder } from "./jpeg-js.ts";
import { openJpegTurbo } from "./jpeg-turbo.ts";

export const ENCODER_CHOICES = ["auto", "jpeg-turbo", "jpeg-js"] as const;
export type EncoderChoice = (typeof ENCODER_CHOICES)[number];

/**
 * @param options.qualities 1 … 100 each, coarse … fine
 * @param options.openTurbo how to load the native encoder
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
  log.warn(`jpeg-turbo cannot be used here (${turbo.reason}): whole pictures by jpeg-js instead`);
  return new JpegJsEncoder(qualities);
}
