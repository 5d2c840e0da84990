/** Chooses the encoder: the one that was requested, or the fastest that loads on this machine. Defines the slow one, by jpeg-js. */
import { JPEG, type Size, type StreamDescription, type Tile } from "@screen-share/protocol";
import jpegJs from "jpeg-js";

import { EncoderUnavailable, type Frame, type Log, type TileEncoder } from "../../ports.ts";
import { openJpegTurbo } from "./jpeg-turbo.ts";

export const ENCODER_CHOICES = ["auto", "jpeg-turbo", "jpeg-js"] as const;

/** @param options.qualities 1 to 100 each, coarsest first. @param options.openTurbo loads the native encoder */
export function chooseEncoder(options: {
  readonly choice: (typeof ENCODER_CHOICES)[number];
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

/**
 * Encodes whole pictures with jpeg-js: slow, but plain JavaScript, for machines without the native encoder. It makes no tiles, because it
 * ends some scans in a way that strict decoders refuse between restart markers.
 */
export class JpegJsEncoder implements TileEncoder {
  readonly name = "jpeg-js";

  /** @param qualities 1 to 100 each, coarsest first */
  constructor(private readonly qualities: readonly number[]) {}

  describe({ width, height }: Size): StreamDescription {
    return { codec: JPEG.name, width, height, tables: [] };
  }

  async encode(
    { width, height, pixels }: Frame,
    indices: readonly number[],
    level: number,
  ): Promise<Tile[]> {
    if (indices.length === 0) return [];
    const { data } = jpegJs.encode({ width, height, data: pixels }, this.qualities[level]);
    return [{ index: 0, table: 0, bytes: data }];
  }
}
