import jpegJs from "jpeg-js";
import { describe, expect, it } from "vitest";
import {
  decodeTurbo,
  encodeTiles,
  encodeWhole,
  type PixelBuffer,
  screenLike,
  seededRandom,
} from "../../../test/pictures.ts";
import {
  assembleAtlases,
  assembleJpeg,
  checkSegment,
  EMPTY_TILE,
  type Geometry,
  type Size,
  type Tile,
} from "../../index.ts";

const SIZES: Size[] = [
  { width: 1920, height: 1080 },
  { width: 1366, height: 768 },
  { width: 1367, height: 769 },
  { width: 1336, height: 767 },
  { width: 129, height: 9 },
  { width: 13, height: 203 },
  { width: 7, height: 5 },
  { width: 1, height: 1 },
  { width: 8191, height: 3 },
  { width: 3, height: 8191 },
];

function wholePicture(
  geometry: Geometry,
  tiles: readonly Tile[],
  tables: Parameters<typeof assembleJpeg>[0]["tables"],
) {
  const { width, height } = geometry;
  return assembleJpeg({ width, height, tables, segments: tiles.map(({ bytes }) => bytes) });
}

/** Draws decoded atlases like a painter. */
function paint(
  pixels: PixelBuffer,
  atlases: ReturnType<typeof assembleAtlases>,
  decode: (jpeg: Uint8Array) => PixelBuffer,
): void {
  for (const { bytes, blits } of atlases) {
    const source = decode(bytes);
    for (const blit of blits) {
      for (let y = 0; y < blit.height; y++) {
        const from = ((blit.sourceY + y) * source.width + blit.sourceX) * 4;
        const to = ((blit.y + y) * pixels.width + blit.x) * 4;
        source.data.copy(pixels.data, to, from, from + blit.width * 4);
      }
    }
  }
}

describe("assembleJpeg (P-18)", () => {
  it.each(SIZES)(
    "has exactly the pixels of a picture that was encoded as a whole, $width×$height",
    (size) => {
      const pixels = screenLike(size);
      const { geometry, tables, tiles } = encodeTiles(pixels);
      const whole = wholePicture(geometry, tiles, tables);
      const expected = decodeTurbo(encodeWhole(pixels));
      expect(decodeTurbo(whole).data.equals(expected.data)).toBe(true);
    },
  );

  it("is decoded to the same pixels by another decoder", () => {
    const pixels = screenLike({ width: 333, height: 77 });
    const { geometry, tables, tiles } = encodeTiles(pixels);
    const decode = (jpeg: Uint8Array) => jpegJs.decode(jpeg, { formatAsRGBA: true }).data;
    const whole = decode(wholePicture(geometry, tiles, tables));
    expect(Buffer.compare(whole, decode(encodeWhole(pixels)))).toBe(0);
  });
});

describe("assembleAtlases", () => {
  it.each(SIZES)("maps any tiles back to exactly their pixels, $width×$height", (size) => {
    const before = screenLike(size, 1);
    const after = screenLike(size, 2);
    const { geometry, tables, tiles } = encodeTiles(after);
    const random = seededRandom(size.width);
    const some = tiles.filter(() => random() < 0.3);
    const shown = decodeTurbo(encodeWhole(before));
    paint(shown, assembleAtlases(geometry, some, [tables]), decodeTurbo);

    const expected = decodeTurbo(encodeWhole(before));
    const fresh = decodeTurbo(encodeWhole(after));
    paint(
      expected,
      some.map(({ index }) => {
        const { blits } = assembleAtlases(geometry, tiles, [tables])[0] ?? { blits: [] };
        expect(blits).toHaveLength(1);
        return { type: "", bytes: Uint8Array.of(), blits: tileRectangles(geometry, index) };
      }),
      () => fresh,
    );
    expect(shown.data.equals(expected.data)).toBe(true);
  });

  it("is padded only to the next full row of sixteen tiles", () => {
    const { geometry, tables, tiles } = encodeTiles(screenLike({ width: 1920, height: 1080 }));
    const scattered = tiles.filter(({ index }) => index % 50 === 0).slice(0, 37);
    const [only, ...others] = assembleAtlases(geometry, scattered, [tables]);
    expect(others).toHaveLength(0);
    const { width, height } = decodeTurbo(only?.bytes ?? new Uint8Array());
    expect([width, height]).toEqual([2048, 3 * 8]);
  });

  it("puts tiles with different tables into different atlases", () => {
    const coarse = encodeTiles(screenLike({ width: 640, height: 64 }), 30);
    const fine = encodeTiles(screenLike({ width: 640, height: 64 }), 90);
    const mixed = coarse.tiles.map((tile, i) =>
      i % 2 === 0 ? tile : { index: i, table: 1, bytes: fine.tiles[i]?.bytes ?? EMPTY_TILE },
    );
    const atlases = assembleAtlases(coarse.geometry, mixed, [coarse.tables, fine.tables]);
    expect(atlases).toHaveLength(2);
    const shown = screenLike({ width: 640, height: 64 });
    paint(shown, atlases, decodeTurbo);
    const wholes = [coarse, fine].map(({ geometry, tiles, tables }) =>
      decodeTurbo(wholePicture(geometry, tiles, tables)),
    );
    for (const { index, table } of mixed) {
      const [x, y] = [(index % 5) * 128, Math.floor(index / 5) * 8];
      const at = (y * 640 + x) * 4;
      expect(shown.data.subarray(at, at + 512)).toEqual(wholes[table]?.data.subarray(at, at + 512));
    }
  });
});

describe("checkSegment (P-19)", () => {
  it("accepts noise at the highest quality, which may end with a stuffed FF", () => {
    const random = seededRandom(7);
    for (let i = 0; i < 100; i++) {
      const data = Buffer.from(Array.from({ length: 128 * 8 * 4 }, () => random() * 256));
      const { tiles } = encodeTiles({ width: 128, height: 8, data }, 100);
      for (const { bytes } of tiles) expect(() => checkSegment(bytes, 16)).not.toThrow();
    }
  });

  it("accepts the empty tile", () => {
    expect(EMPTY_TILE).toHaveLength(28);
    expect(() => checkSegment(EMPTY_TILE, 16)).not.toThrow();
  });

  it.each([
    ["a marker inside", [0x12, 0xff, 0xd9, 0x34]],
    ["a restart marker inside", [0x12, 0xff, 0xd0, 0x34]],
    ["a lone FF at the end", [0x12, 0x34, 0xff]],
    ["fewer bits than its MCUs take", [0x12]],
    ["more bytes than its MCUs can take", new Array<number>(2000).fill(1)],
  ])("refuses %s", (_, bytes) => {
    expect(() => checkSegment(Uint8Array.from(bytes), 1)).toThrow("a tile's bytes");
  });
});

function tileRectangles(geometry: Geometry, index: number) {
  const rectangles = [];
  for (let mcu = index * 16; mcu < Math.min(geometry.mcuCount, index * 16 + 16); mcu++) {
    const x = (mcu % geometry.columns) * 8;
    const y = Math.floor(mcu / geometry.columns) * 8;
    const width = Math.min(8, geometry.width - x);
    const height = Math.min(8, geometry.height - y);
    rectangles.push({ sourceX: x, sourceY: y, x, y, width, height });
  }
  return rectangles;
}
