/** An atlas is a JPEG assembled from tiles of any positions, so that all that changed is decoded in one call. */
import type { Blit, CellImage } from "../../picture/codec.ts";
import {
  type Geometry,
  MCU_SIDE,
  TILE_MCUS,
  tileMcuCount,
  tileRuns,
} from "../../picture/geometry.ts";
import type { Tile } from "../../wire/update.ts";
import { type QuantTables, tablesAt } from "../jpeg/tables.ts";
import { assembleJpeg, EMPTY_TILE } from "./segment.ts";

const TILE_WIDTH = TILE_MCUS * MCU_SIDE;
/** 2048 px: wide enough for few rows, narrow enough for little padding. */
const ATLAS_COLUMNS = 16;
/** No side exceeds 4096 px, which every decoder supports. */
const ATLAS_ROWS = 4096 / MCU_SIDE;
const ATLAS_TILES = ATLAS_COLUMNS * ATLAS_ROWS;

/**
 * Assembles tiles, in ascending order, into as few JPEGs as their tables and number allow. If all tiles of a picture have the same tables,
 * the JPEG is the picture itself. @param tables those of the stream
 */
export function assembleAtlases(
  geometry: Geometry,
  tiles: readonly Tile[],
  tables: readonly QuantTables[],
): CellImage[] {
  const first = tiles[0];
  if (!first) return [];
  if (tiles.length === geometry.tileCount && tiles.every(({ table }) => table === first.table)) {
    return [wholePicture(geometry, tiles, tablesAt(tables, first.table))];
  }
  const groups = new Map<string, Tile[]>();
  for (const tile of tiles) {
    // A short tile gets a JPEG of its own, since every restart interval of a scan but the last is full.
    const short = tileMcuCount(geometry, tile.index) < TILE_MCUS;
    const key = `${tile.table}${short ? " short" : ""}`;
    const group = groups.get(key);
    if (group) group.push(tile);
    else groups.set(key, [tile]);
  }
  const atlases: CellImage[] = [];
  for (const group of groups.values()) {
    for (let at = 0; at < group.length; at += ATLAS_TILES) {
      atlases.push(atlas(geometry, group.slice(at, at + ATLAS_TILES), tables));
    }
  }
  return atlases;
}

function wholePicture(geometry: Geometry, tiles: readonly Tile[], tables: QuantTables): CellImage {
  const { width, height } = geometry;
  const segments = tiles.map(({ bytes }) => bytes);
  const blits = [{ sourceX: 0, sourceY: 0, x: 0, y: 0, width, height }];
  const bytes = assembleJpeg({ width, height, tables, segments });
  return { type: "image/jpeg", bytes, blits };
}

function atlas(
  geometry: Geometry,
  tiles: readonly Tile[],
  tables: readonly QuantTables[],
): CellImage {
  const [first] = tiles;
  if (!first) throw new RangeError("an atlas has at least one tile");
  const columns = Math.min(ATLAS_COLUMNS, tiles.length);
  const rows = Math.ceil(tiles.length / columns);
  const mcus = tileMcuCount(geometry, first.index);
  const segments = tiles.map(({ bytes }) => bytes);
  while (segments.length < columns * rows) segments.push(EMPTY_TILE);
  const blits: Blit[] = [];
  tiles.forEach(({ index }, place) => {
    for (const { mcuOffset, x, y, width, height } of tileRuns(geometry, index)) {
      const sourceX = (place % columns) * TILE_WIDTH + mcuOffset * MCU_SIDE;
      const sourceY = Math.floor(place / columns) * MCU_SIDE;
      addBlit(blits, { sourceX, sourceY, x, y, width, height });
    }
  });
  const size = { width: columns * mcus * MCU_SIDE, height: rows * MCU_SIDE };
  const bytes = assembleJpeg({ ...size, tables: tablesAt(tables, first.table), segments });
  return { type: "image/jpeg", bytes, blits };
}

/** Adds a rectangle, or extends the last one if it continues to the right of it in both images. */
function addBlit(blits: Blit[], blit: Blit): void {
  const last = blits.at(-1);
  const joins =
    last &&
    last.y === blit.y &&
    last.sourceY === blit.sourceY &&
    last.x + last.width === blit.x &&
    last.sourceX + last.width === blit.sourceX;
  if (joins) blits[blits.length - 1] = { ...last, width: last.width + blit.width };
  else blits.push(blit);
}
