/**
 * The parts of a JPEG header that are the same for all tiles: the typical Huffman tables of ITU-T T.81 Annex K.3, and the format of
 * quantisation tables. Since every tile uses the same Huffman tables, tiles of different pictures can be combined in one scan.
 */
import * as z from "zod/mini";
import { type Size, TILE_MCUS } from "../../picture/geometry.ts";
import { concatBytes } from "../../wire/bytes.ts";

const quantTable = z.array(z.int().check(z.gte(1), z.lte(255))).check(z.length(64));

/** The two quantisation tables of a picture, each 64 divisors of 1 … 255 in zigzag order, as in a DQT segment (T.81 §B.2.4.1). */
export const quantTables = z.object({ luma: quantTable, chroma: quantTable });
export type QuantTables = z.infer<typeof quantTables>;

/** The contents of a JPEG's header. */
export interface JpegFrame extends Size {
  readonly tables: QuantTables;
}

/** One of a stream's pairs of tables. @throws RangeError if it has no such pair */
export function tablesAt(tables: readonly QuantTables[], index: number): QuantTables {
  const found = tables[index];
  if (!found) throw new RangeError(`no table ${index} in a stream of ${tables.length}`);
  return found;
}

export function equalTables(a: QuantTables, b: QuantTables | undefined): boolean {
  return (
    b !== undefined &&
    a.luma.every((value, i) => value === b.luma[i]) &&
    a.chroma.every((value, i) => value === b.chroma[i])
  );
}

/** A Huffman table as in a DHT segment: the number of codes of each length 1 … 16, then their symbols. */
export interface HuffmanTable {
  readonly counts: Uint8Array;
  readonly symbols: Uint8Array;
}

function table(counts: string, symbols: string): HuffmanTable {
  return { counts: fromHex(counts), symbols: fromHex(symbols) };
}

function fromHex(hex: string): Uint8Array {
  const digits = hex.replace(/\s/g, "");
  return Uint8Array.from({ length: digits.length / 2 }, (_, i) =>
    Number.parseInt(digits.slice(2 * i, 2 * i + 2), 16),
  );
}

export const DC_LUMA = table("00010501010101010100000000000000", "000102030405060708090a0b");
export const DC_CHROMA = table("00030101010101010101010000000000", "000102030405060708090a0b");
export const AC_LUMA = table(
  "0002010303020403050504040000017d",
  `01 02 03 00 04 11 05 12 21 31 41 06 13 51 61 07 22 71 14 32 81 91 a1 08 23 42 b1 c1 15 52 d1 f0
   24 33 62 72 82 09 0a 16 17 18 19 1a 25 26 27 28 29 2a 34 35 36 37 38 39 3a 43 44 45 46 47 48 49
   4a 53 54 55 56 57 58 59 5a 63 64 65 66 67 68 69 6a 73 74 75 76 77 78 79 7a 83 84 85 86 87 88 89
   8a 92 93 94 95 96 97 98 99 9a a2 a3 a4 a5 a6 a7 a8 a9 aa b2 b3 b4 b5 b6 b7 b8 b9 ba c2 c3 c4 c5
   c6 c7 c8 c9 ca d2 d3 d4 d5 d6 d7 d8 d9 da e1 e2 e3 e4 e5 e6 e7 e8 e9 ea f1 f2 f3 f4 f5 f6 f7 f8
   f9 fa`,
);
export const AC_CHROMA = table(
  "00020102040403040705040400010277",
  `00 01 02 03 11 04 05 21 31 06 12 41 51 07 61 71 13 22 32 81 08 14 42 91 a1 b1 c1 09 23 33 52 f0
   15 62 72 d1 0a 16 24 34 e1 25 f1 17 18 19 1a 26 27 28 29 2a 35 36 37 38 39 3a 43 44 45 46 47 48
   49 4a 53 54 55 56 57 58 59 5a 63 64 65 66 67 68 69 6a 73 74 75 76 77 78 79 7a 82 83 84 85 86 87
   88 89 8a 92 93 94 95 96 97 98 99 9a a2 a3 a4 a5 a6 a7 a8 a9 aa b2 b3 b4 b5 b6 b7 b8 b9 ba c2 c3
   c4 c5 c6 c7 c8 c9 ca d2 d3 d4 d5 d6 d7 d8 d9 da e2 e3 e4 e5 e6 e7 e8 e9 ea f2 f3 f4 f5 f6 f7 f8
   f9 fa`,
);

/** The Huffman tables by their class and destination byte (T.81 §B.2.4.2). */
export const HUFFMAN_TABLES: ReadonlyMap<number, HuffmanTable> = new Map([
  [0x00, DC_LUMA],
  [0x10, AC_LUMA],
  [0x01, DC_CHROMA],
  [0x11, AC_CHROMA],
]);

/** Encodes a marker segment: FF, marker, length, payload. */
function segment(marker: number, payload: readonly Uint8Array[]): Uint8Array {
  const body = concatBytes(payload);
  const length = body.length + 2;
  return concatBytes([Uint8Array.of(0xff, marker, length >> 8, length & 0xff), body]);
}

const JFIF = segment(0xe0, [Uint8Array.of(0x4a, 0x46, 0x49, 0x46, 0, 1, 1, 0, 0, 1, 0, 1, 0, 0)]);
const DHT = segment(
  0xc4,
  [...HUFFMAN_TABLES].flatMap(([id, { counts, symbols }]) => [Uint8Array.of(id), counts, symbols]),
);
const SOS = segment(0xda, [Uint8Array.of(3, 1, 0x00, 2, 0x11, 3, 0x11, 0, 63, 0)]);

/** The bytes before the entropy-coded data of a baseline 4:4:4 JPEG of tiles. */
export function jpegHeader({ width, height, tables }: JpegFrame): Uint8Array {
  return concatBytes([
    Uint8Array.of(0xff, 0xd8),
    JFIF,
    segment(0xdb, [Uint8Array.of(0, ...tables.luma, 1, ...tables.chroma)]),
    segment(0xc0, [
      Uint8Array.of(8, height >> 8, height & 0xff, width >> 8, width & 0xff, 3),
      Uint8Array.of(1, 0x11, 0, 2, 0x11, 1, 3, 0x11, 1),
    ]),
    DHT,
    segment(0xdd, [Uint8Array.of(TILE_MCUS >> 8, TILE_MCUS & 0xff)]),
    SOS,
  ]);
}
