/**
 * The positions of tiles. A picture is divided into MCUs of 8×8 px in raster order (4:4:4; ITU-T T.81 §A.2), and tile i has the MCUs
 * 16i … 16i+15: a strip of 128×8 px that wraps to the next row of MCUs at the right edge. Any size works; only the last tile may be short.
 */

import { CLOSE, ProtocolError } from "../wire/close.ts";

/** The side of an MCU, px. */
export const MCU_SIDE = 8;
/** MCUs in a tile, which is the restart interval. */
export const TILE_MCUS = 16;
/** The longest side of any picture, px. */
export const MAX_SIDE = 8192;
/** The largest area of any picture, px, slightly more than 8K UHD. In a picture of tiles, partial MCUs count as whole ones. */
export const MAX_AREA = 8192 * 4096;
/** The most tiles a picture can have. */
export const MAX_TILES = MAX_AREA / (MCU_SIDE * MCU_SIDE * TILE_MCUS);

/** px; each side is 1 … MAX_SIDE. */
export interface Size {
  readonly width: number;
  readonly height: number;
}

export interface Geometry extends Size {
  /** MCUs in a row. The last one may extend beyond the right edge. */
  readonly columns: number;
  /** Rows of MCUs. The last one may extend beyond the bottom edge. */
  readonly rows: number;
  readonly mcuCount: number;
  readonly tileCount: number;
}

/** The part of a tile that lies in one row of MCUs, px of the picture. */
export interface Run {
  readonly mcuOffset: number;
  readonly mcuCount: number;
  readonly x: number;
  readonly y: number;
  /** px that lie inside the picture: up to mcuCount × 8 */
  readonly width: number;
  /** px that lie inside the picture: up to 8 */
  readonly height: number;
}

/** The grid of a picture of this size. @throws ProtocolError (4413) if a picture of tiles cannot have this size */
export function geometryOf({ width, height }: Size): Geometry {
  checkSize({ width, height });
  const columns = Math.ceil(width / MCU_SIDE);
  const rows = Math.ceil(height / MCU_SIDE);
  const mcuCount = columns * rows;
  checkArea(mcuCount * MCU_SIDE * MCU_SIDE);
  return { width, height, columns, rows, mcuCount, tileCount: Math.ceil(mcuCount / TILE_MCUS) };
}

/** @throws ProtocolError (4413) if no picture of any codec may have this size */
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

/** The number of MCUs in a tile: 16, or fewer in the last one. */
export function tileMcuCount(geometry: Geometry, index: number): number {
  return Math.min(TILE_MCUS, geometry.mcuCount - index * TILE_MCUS);
}

/** Tiles in a row of the picture, not necessarily a whole number. */
export function tileColumns({ columns }: Geometry): number {
  return columns / TILE_MCUS;
}

/** The runs of a tile in scan order: one, or more if it wraps at the right edge. */
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
