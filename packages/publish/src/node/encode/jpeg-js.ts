/**
 * Encodes whole pictures with jpeg-js: slow, but plain JavaScript, for machines on which the native encoder cannot be loaded. It makes
 * no tiles, because it ends some scans in a way that strict decoders refuse between restart markers.
 */
import { JPEG, type Size, type StreamDescription, type Tile } from "@screen-share/protocol";
import jpegJs from "jpeg-js";
import type { TileEncoder } from "../../encoder.ts";
import type { Frame } from "../../source.ts";

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
