import {
  assembleJpeg,
  decodableJpeg,
  geometryOf,
  Requantiser,
  tileMcuCount,
} from "@screen-share/protocol";
import { encodeTiles, encodeWhole, screenLike } from "@screen-share/protocol/testing";
import { expect, it } from "vitest";
import { composeJpeg } from "./compose-jpeg.ts";

const SIZE = { width: 200, height: 20 };
const coarse = encodeTiles(screenLike(SIZE), 30);
const fine = encodeTiles(screenLike(SIZE), 80);
const stream = {
  codec: "jpeg-tiles" as const,
  ...SIZE,
  tables: [coarse.tables, fine.tables],
};

it("composes one JPEG of all tiles, the coarse ones requantised to the finest tables in use", () => {
  const tiles = fine.tiles.map((tile, i) => {
    const from = i % 2 === 0 ? (coarse.tiles[i] ?? tile) : tile;
    return { ...from, table: i % 2 === 0 ? 0 : 1 };
  });
  const requantiser = new Requantiser(coarse.tables, fine.tables);
  const segments = tiles.map(({ index, table, bytes }) =>
    table === 1 ? bytes : requantiser.requantise(bytes, tileMcuCount(geometryOf(SIZE), index)),
  );
  expect(segments).not.toContain(undefined);
  const jpeg = assembleJpeg({
    ...SIZE,
    tables: fine.tables,
    segments: segments.filter((segment) => segment !== undefined),
  });
  expect(Buffer.compare(composeJpeg({ stream, tiles }), jpeg)).toBe(0);
});

it("keeps the bytes of tiles with the same table, and the visible part of a whole JPEG", () => {
  const { tables, tiles } = coarse;
  const segments = tiles.map(({ bytes }) => bytes);
  const at0 = tiles.map((tile) => ({ ...tile, table: 0 }));
  expect(
    Buffer.compare(
      composeJpeg({ stream, tiles: at0 }),
      assembleJpeg({ ...SIZE, tables, segments }),
    ),
  ).toBe(0);
  const bytes = encodeWhole(screenLike(SIZE));
  const whole = { codec: "jpeg" as const, ...SIZE, tables: [] };
  const composed = composeJpeg({ stream: whole, tiles: [{ index: 0, table: 0, bytes }] });
  expect(composed).toEqual(decodableJpeg(bytes, SIZE));
});

it("throws if there is no picture", () => {
  expect(() => composeJpeg({ stream, tiles: [] })).toThrow(/no picture/);
});
