/**
 * Where tiles lie. A picture is cut into MCUs of 8×8 px in raster order (4:4:4; ITU-T T.81 §A.2), and tile i
 * is MCUs 16i … 16i+15 of that scan: a strip of 128×8 px that goes on in the next MCU row when it meets the
 * right edge. Any size works; only the last tile may be short.
 */

import { CLOSE } from "../wire/close.ts";
import { ProtocolError } from "../wire/errors.ts";

/** The side of an MCU, px. */
export const MCU_SIDE = 8;
/** MCUs in a tile: the restart interval. */
export const TILE_MCUS = 16;
/** The longest side of any picture, px. */
export const MAX_SIDE = 8192;
/** The largest area of any picture, px: a little more than 8K UHD. In a picture made of tiles, partial MCUs count whole. */
export const MAX_AREA = 8192 * 4096;
/** The most tiles a picture can have. */
export const MAX_TILES = MAX_AREA / (MCU_SIDE * MCU_SIDE * TILE_MCUS);

export interface Size {
  /** px, 1 … MAX_SIDE */
  readonly width: number;
  /** px, 1 … MAX_SIDE */
  readonly height: number;
}

export interface Geometry extends Size {
  /** MCUs in a row; the last one may hang over the right edge. */
  readonly columns: number;
  /** Rows of MCUs; the last one may hang over the bottom edge. */
  readonly rows: number;
  readonly mcuCount: number;
  readonly tileCount: number;
}

/** A stretch of a tile within one MCU row, in px of the picture. */
export interface Run {
  /** MCUs of the tile before this run. */
  readonly mcuOffset: number;
  readonly mcuCount: number;
  readonly x: number;
  readonly y: number;
  /** px that lie inside the picture: up to mcuCount × 8 */
  readonly width: number;
  /** px that lie inside the picture: up to 8 */
  readonly height: number;
}

/**
 * The grid of a picture of this size.
 * @throws ProtocolError (4413) for a size that no picture made of tiles may have
 */
export function geometryOf({ width, height }: Size): Geometry {
  checkSize({ width, height });
  const columns = Math.ceil(width / MCU_SIDE);
  const rows = Math.ceil(height / MCU_SIDE);
  const mcuCount = columns * rows;
  checkArea(mcuCount * MCU_SIDE * MCU_SIDE);
  return { width, height, columns, rows, mcuCount, tileCount: Math.ceil(mcuCount / TILE_MCUS) };
}

/** @throws ProtocolError (4413) for a size that no picture may have, whatever its codec */
export function checkSize({ width, height }: Size): void {
  for (const side of [width, height]) {
    if (Number.isInteger(side) && side >= 1 && side <= MAX_SIDE) continue;
    throw new ProtocolError(`a picture's sides are 1 to ${MAX_SIDE} px`, CLOSE.tooLarge);
  }
  checkArea(width * height);
}

function checkArea(area: number): void {
  if (area > MAX_AREA) {
    throw new ProtocolError(`a picture has at most ${MAX_AREA} px`, CLOSE.tooLarge);
  }
}

/** How many MCUs tile `index` has: 16, or fewer if it is the last. */
export function tileMcuCount(geometry: Geometry, index: number): number {
  return Math.min(TILE_MCUS, geometry.mcuCount - index * TILE_MCUS);
}

/** How many tiles a row of the picture has, not necessarily whole. */
export function tileColumns({ columns }: Geometry): number {
  return columns / TILE_MCUS;
}

/** The runs of tile `index`, in scan order: one, or more where it wraps at the right edge. */
export function tileRuns(geometry: Geometry, index: number): Run[] {
  const runs: Run[] = [];
  const total = tileMcuCount(geometry, index);
  for (let mcuOffset = 0; mcuOffset < total; ) {
    const mcu = index * TILE_MCUS + mcuOffset;
    const column = mcu % geometry.columns;
    const mcuCount = Math.min(total - mcuOffset, geometry.columns - column);
    const x = column * MCU_SIDE;
    const y = ((mcu - column) / geometry.columns) * MCU_SIDE;
    runs.push({
      mcuOffset,
      mcuCount,
      x,
      y,
      width: Math.min(mcuCount * MCU_SIDE, geometry.width - x),
      height: Math.min(MCU_SIDE, geometry.height - y),
    });
    mcuOffset += mcuCount;
  }
  return runs;
}
