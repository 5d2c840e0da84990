/** One standard JPEG of a picture as it came, no pixel of it read: for browsers that spoil what is read of a canvas. Loaded when needed. */
import {
  assembleJpeg,
  decodableJpeg,
  emptySegment,
  geometryOf,
  type QuantTables,
  Requantiser,
  tileMcuCount,
} from "@screen-share/protocol";
import type { EncodedPicture } from "../player/handle.ts";

/** @throws Error if some of the picture is missing */
export function composeJpeg({ stream, tiles }: EncodedPicture): Uint8Array<ArrayBuffer> {
  const [first] = tiles;
  if (!first) throw new Error("there is no picture");
  if (stream.codec === "jpeg") return decodableJpeg(first.bytes, stream);
  const geometry = geometryOf(stream);
  const finest = tiles.reduce((max, { table }) => Math.max(max, table), 0);
  const tablesAt = (table: number): QuantTables => {
    const tables = stream.tables[table];
    if (!tables) throw new Error(`the picture has no table ${table}`);
    return tables;
  };
  const requantisers = new Map<number, Requantiser>();
  const requantiser = (table: number) => {
    const known = requantisers.get(table) ?? new Requantiser(tablesAt(table), tablesAt(finest));
    requantisers.set(table, known);
    return known;
  };
  const segments = tiles.map(({ index, table, bytes }) => {
    if (table === finest) return bytes;
    const mcus = tileMcuCount(geometry, index);
    return requantiser(table).requantise(bytes, mcus) ?? emptySegment(mcus);
  });
  const { width, height } = stream;
  return assembleJpeg({ width, height, tables: tablesAt(finest), segments });
}
