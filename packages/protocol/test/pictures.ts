/** Pictures that look like a busy screen, and a slow and simple encoder of their tiles, with which the real one is compared. */
import { createRequire } from "node:module";
import type jpegTurbo from "@julusian/jpeg-turbo";
import {
  type Geometry,
  geometryOf,
  MCU_SIDE,
  type QuantTables,
  readTileJpeg,
  type Size,
  type Tile,
  tileMcuCount,
  tileRuns,
} from "../src/index.ts";

const turbo: typeof jpegTurbo = createRequire(import.meta.url)("@julusian/jpeg-turbo");

/** RGBA pixels, 4 bytes each, rows from the top without padding. */
export interface PixelBuffer extends Size {
  readonly data: Buffer;
}

/** A generator of numbers uniform in [0, 1), determined by the seed (mulberry32). */
export function seededRandom(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = state;
    t = Math.imul(t ^ (t >>> 15), t | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** A gradient with flat boxes, hard edges and a little noise. */
export function screenLike({ width, height }: Size, seed = 1): PixelBuffer {
  const random = seededRandom(seed);
  const data = Buffer.alloc(width * height * 4);
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const at = (y * width + x) * 4;
      const box = ((x >> 4) ^ (y >> 3) ^ seed) % 5;
      data[at] = box === 0 ? 255 : (x * 3 + seed * 17) & 0xff;
      data[at + 1] = box === 1 ? 0 : (y * 5) & 0xff;
      data[at + 2] = box === 2 ? 200 : Math.floor(random() * 40);
      data[at + 3] = 255;
    }
  }
  return { width, height, data };
}

/** Encodes pixels as one JPEG, 4:4:4, with the native encoder. */
export function encodeWhole(pixels: PixelBuffer, quality = 60): Uint8Array {
  return turbo.compressSync(pixels.data, {
    format: turbo.FORMAT_RGBA,
    width: pixels.width,
    height: pixels.height,
    subsampling: turbo.SAMP_444,
    quality,
  });
}

export function decodeTurbo(jpeg: Uint8Array): PixelBuffer {
  const { data, width, height } = turbo.decompressSync(Buffer.from(jpeg), {
    format: turbo.FORMAT_RGBA,
  });
  return { data: Buffer.from(data.buffer, data.byteOffset, width * height * 4), width, height };
}

/** Encodes each tile of a picture separately. All have the same tables. */
export function encodeTiles(
  pixels: PixelBuffer,
  quality = 60,
): { geometry: Geometry; tables: QuantTables; tiles: Tile[] } {
  const geometry = geometryOf(pixels);
  let tables: QuantTables | undefined;
  const tiles = Array.from({ length: geometry.tileCount }, (_, index) => {
    const jpeg = encodeWhole(tilePixels(pixels, geometry, index), quality);
    const read = readTileJpeg(jpeg);
    tables = read.tables;
    return { index, table: 0, bytes: jpeg.subarray(read.scanStart, -2) };
  });
  if (!tables) throw new Error("a picture has at least one tile");
  return { geometry, tables, tiles };
}

/** The MCUs of a tile in one row. Pixels beyond the picture's edge repeat the edge pixels. */
function tilePixels(pixels: PixelBuffer, geometry: Geometry, index: number): PixelBuffer {
  const width = tileMcuCount(geometry, index) * MCU_SIDE;
  const data = Buffer.alloc(width * MCU_SIDE * 4);
  for (const run of tileRuns(geometry, index)) {
    for (let y = 0; y < MCU_SIDE; y++) {
      const row = Math.min(run.y + y, geometry.height - 1) * geometry.width;
      const inside = Math.min(run.mcuCount * MCU_SIDE, geometry.width - run.x);
      const start = (y * width + run.mcuOffset * MCU_SIDE) * 4;
      const end = start + run.mcuCount * MCU_SIDE * 4;
      const from = (row + run.x) * 4;
      pixels.data.copy(data, start, from, from + inside * 4);
      const edge = pixels.data.subarray(from + (inside - 1) * 4, from + inside * 4);
      if (start + inside * 4 < end) data.fill(edge, start + inside * 4, end);
    }
  }
  return { width, height: MCU_SIDE, data };
}
