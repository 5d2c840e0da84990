/**
 * Damage: the tiles whose pixels are no longer those that were sent. Finds them from the outside in (band of
 * MCU rows, row of px, stretch of a tile), so that a still screen costs one comparison a band. Compares, and
 * touches nothing.
 */
import { type Geometry, MCU_SIDE, TILE_MCUS } from "@screen-share/protocol";

const BYTES_PER_PX = 4;

/**
 * Whether bytes `start` up to `end` of two pictures are the same. Passed in, because the fast way to compare is
 * the platform's and not the language's.
 */
export type SameBytes = (a: Uint8Array, b: Uint8Array, start: number, end: number) => boolean;

/**
 * The tiles in which two pictures differ, in ascending order.
 * @param geometry the grid of both
 * @param before pixels of 4 bytes each, rows without padding
 * @param after the same; both hold at least width × height px
 */
export function damagedTiles(
  geometry: Geometry,
  before: Uint8Array,
  after: Uint8Array,
  same: SameBytes,
): number[] {
  // A source that knows that nothing was drawn hands on the same picture.
  if (before === after) return [];
  const { width, height, rows, tileCount } = geometry;
  const rowBytes = width * BYTES_PER_PX;
  const damaged = new Uint8Array(tileCount);
  for (let band = 0; band < rows; band++) {
    const top = band * MCU_SIDE;
    const bottom = Math.min(height, top + MCU_SIDE);
    if (same(before, after, top * rowBytes, bottom * rowBytes)) continue;
    const tiles = tilesOfBand(geometry, band);
    for (let y = top; y < bottom; y++) {
      const at = y * rowBytes;
      if (same(before, after, at, at + rowBytes)) continue;
      for (const { index, startByte, endByte } of tiles) {
        if (!damaged[index] && !same(before, after, at + startByte, at + endByte)) {
          damaged[index] = 1;
        }
      }
    }
  }
  return indicesOfOnes(damaged);
}

/** Every tile of a picture, in ascending order. */
export function allTiles({ tileCount }: Geometry): number[] {
  return Array.from({ length: tileCount }, (_, index) => index);
}

/** A tile's stretch of one band, in bytes from the start of a row of px. */
interface Stretch {
  readonly index: number;
  readonly startByte: number;
  readonly endByte: number;
}

function tilesOfBand({ width, columns }: Geometry, band: number): Stretch[] {
  const firstMcu = band * columns;
  const stretches: Stretch[] = [];
  for (let column = 0; column < columns; ) {
    const index = Math.floor((firstMcu + column) / TILE_MCUS);
    const end = Math.min(columns, (index + 1) * TILE_MCUS - firstMcu);
    stretches.push({
      index,
      startByte: column * MCU_SIDE * BYTES_PER_PX,
      endByte: Math.min(width, end * MCU_SIDE) * BYTES_PER_PX,
    });
    column = end;
  }
  return stretches;
}

function indicesOfOnes(flags: Uint8Array): number[] {
  const indices: number[] = [];
  for (let at = flags.indexOf(1); at >= 0; at = flags.indexOf(1, at + 1)) indices.push(at);
  return indices;
}
