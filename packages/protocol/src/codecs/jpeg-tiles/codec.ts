/** Codec `jpeg-tiles`: the picture is one JPEG scan, and a cell is one of its restart intervals (P-18). */
import type { Codec } from "../../picture/codec.ts";
import { geometryOf, tileColumns, tileMcuCount } from "../../picture/geometry.ts";
import { assembleAtlases } from "./atlas.ts";
import { checkSegment } from "./segment.ts";

/** The most pairs of quantisation tables in a description, coarse … fine. */
const MAX_TABLES = 4;

export const JPEG_TILES: Codec = {
  name: "jpeg-tiles",
  tables: { min: 1, max: MAX_TABLES },
  divisible: true,
  cellsOf(stream) {
    const geometry = geometryOf(stream);
    return {
      count: geometry.tileCount,
      columns: tileColumns(geometry),
      comparable: true,
      check: ({ index, bytes }) => checkSegment(bytes, tileMcuCount(geometry, index)),
      imagesOf: (cells) => assembleAtlases(geometry, cells, stream.tables),
    };
  },
};
