import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { decodeTurbo, encodeTiles, screenLike } from "../../../test/pictures.ts";
import { assembleJpeg, checkSegment, Requantiser, tileMcuCount } from "../../index.ts";

const size = { width: 1366, height: 77 };
const coarse = encodeTiles(screenLike(size), 35);
const fine = encodeTiles(screenLike(size), 85);

function decode(tables: typeof fine.tables, segments: Uint8Array[]) {
  return decodeTurbo(assembleJpeg({ ...size, tables, segments })).data;
}

describe("Requantiser (P-53)", () => {
  it("changes pixels of the coarse picture by at most half a level on average", () => {
    const requantiser = new Requantiser(coarse.tables, fine.tables);
    const segments = coarse.tiles.map(({ index, bytes }) =>
      requantiser.requantise(bytes, tileMcuCount(coarse.geometry, index)),
    );
    for (const [i, bytes] of segments.entries()) {
      checkSegment(bytes, tileMcuCount(coarse.geometry, i));
    }
    const before = decode(
      coarse.tables,
      coarse.tiles.map(({ bytes }) => bytes),
    );
    const after = decode(fine.tables, segments);
    let sum = 0;
    before.forEach((level, i) => {
      sum += Math.abs(level - (after[i] ?? 0));
    });
    expect(sum / before.length).toBeLessThan(0.5);
  });

  it("returns identical bytes if the tables are the same", () => {
    const requantiser = new Requantiser(fine.tables, fine.tables);
    for (const { index, bytes } of fine.tiles) {
      const again = requantiser.requantise(bytes, tileMcuCount(fine.geometry, index));
      expect(Buffer.compare(again, bytes)).toBe(0);
    }
  });

  it("makes a valid tile of any bytes that pass the check", () => {
    const requantiser = new Requantiser(coarse.tables, fine.tables);
    const [first] = coarse.tiles;
    const expected = requantiser.requantise(first?.bytes ?? new Uint8Array(), 16);
    fc.assert(
      fc.property(fc.uint8Array({ minLength: 28, maxLength: 400 }), (bytes) => {
        const stuffed = Uint8Array.from([...bytes].flatMap((b) => (b === 0xff ? [b, 0] : [b])));
        checkSegment(requantiser.requantise(stuffed, 16), 16);
        const again = requantiser.requantise(first?.bytes ?? new Uint8Array(), 16);
        expect(Buffer.compare(again, expected)).toBe(0);
      }),
    );
  });
});
