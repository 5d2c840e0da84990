/**
 * Whole pictures by jpeg-js: slow, but plain JavaScript, for machines where no native encoder loads. It makes no
 * tiles, since it ends some scans in a way that strict decoders refuse between restart markers.
 */
import type { Size, StreamDescription, Tile } from "@screen-share/protocol";
import jpegJs from "jpeg-js";
import type { Frame } from "../source/source.ts";
import type { TileEncoder } from "./encoder.ts";

export class JpegJsEncoder implements TileEncoder {
  readonly name = "jpeg-js";

  /** @param quality 1 … 100 */
  constructor(private readonly quality: number) {}

  describe({ width, height }: Size): StreamDescription {
    return { codec: "jpeg", width, height, tables: [] };
  }

  encode({ width, height, pixels }: Frame, damage: readonly number[]): Tile[] {
    if (damage.length === 0) return [];
    const { data } = jpegJs.encode({ width, height, data: pixels }, this.quality);
    return [{ index: 0, table: 0, bytes: data }];
  }
}
