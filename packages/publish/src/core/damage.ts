/**
 * Damage: the tiles whose pixels differ from those that were sent. The search goes from coarse to fine (a band of one MCU row, a row of px, the part
 * of a row in one tile), so that a static screen costs one comparison per band.
 */

import { type Geometry, MCU_SIDE, TILE_MCUS } from "@screen-share/protocol";
import { BYTES_PER_PX } from "../ports.ts";

/** Whether the bytes from `start` up to `end` of two pictures are equal. A port, because only the platform compares them fast. */
export type SameBytes = (a: Uint8Array, b: Uint8Array, start: number, end: number) => boolean;

/** The tiles in which two pictures of this grid differ, in ascending order. */
export function damagedTiles(
  geometry: Geometry,
  before: Uint8Array,
  after: Uint8Array,
  same: SameBytes,
): number[] {
  // A source that knows that nothing was drawn returns the same pixels.
  if (before === after) return [];
  const { width, height, rows, tileCount } = geometry;
  const rowBytes = width * BYTES_PER_PX;
  const damaged = new Uint8Array(tileCount);
  for (let band = 0; band < rows; band++) {
    const top = band * MCU_SIDE;
    const bottom = Math.min(height, top + MCU_SIDE);
    if (same(before, after, top * rowBytes, bottom * rowBytes)) continue;
    const stretches = stretchesOf(geometry, band);
    for (let y = top; y < bottom; y++) {
      const at = y * rowBytes;
      if (same(before, after, at, at + rowBytes)) continue;
      for (const { index, startByte, endByte } of stretches) {
        if (!damaged[index] && !same(before, after, at + startByte, at + endByte)) {
          damaged[index] = 1;
        }
      }
    }
  }
  return indicesOfOnes(damaged);
}

export function allTiles({ tileCount }: Geometry): number[] {
  return Array.from({ length: tileCount }, (_, index) => index);
}

/** The part of a row of px that belongs to one tile, in bytes from the start of the row. */
interface Stretch {
  readonly index: number;
  readonly startByte: number;
  readonly endByte: number;
}

function stretchesOf({ width, columns }: Geometry, band: number): Stretch[] {
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
