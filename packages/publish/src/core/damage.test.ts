import { geometryOf, type Size, tileRuns } from "@screen-share/protocol";
import { seededRandom } from "@screen-share/protocol/testing";
import { runs } from "@screen-share/protocol/testing/runs";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { allTiles, damagedTiles, type SameBytes } from "./damage.ts";

const same: SameBytes = (a, b, start, end) =>
  Buffer.compare(a.subarray(start, end), b.subarray(start, end)) === 0;

/** By the definition: a tile is damaged if any byte of any px of it differs. */
function naive(size: Size, before: Uint8Array, after: Uint8Array): number[] {
  const geometry = geometryOf(size);
  return allTiles(geometry).filter((index) =>
    tileRuns(geometry, index).some((run) => {
      for (let y = run.y; y < run.y + run.height; y++) {
        for (let at = (y * size.width + run.x) * 4; ; at++) {
          if (at === (y * size.width + run.x + run.width) * 4) break;
          if (before[at] !== after[at]) return true;
        }
      }
      return false;
    }),
  );
}

/** A picture and a copy in which some bytes, given as shares of its length, are others. */
function pair({ width, height }: Size, changes: readonly number[]) {
  const random = seededRandom(width * height);
  const before = Uint8Array.from({ length: width * height * 4 }, () => random() * 256);
  const after = before.slice();
  for (const share of changes) {
    const at = Math.min(after.length - 1, Math.floor(share * after.length));
    after[at] = (after[at] ?? 0) ^ 1;
  }
  return { before, after };
}

const share = fc.double({ min: 0, max: 1, noNaN: true });

describe("damagedTiles", () => {
  it("matches the definition, at any size and for any change", () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 300 }),
        fc.integer({ min: 1, max: 60 }),
        fc.array(share, { maxLength: 12 }),
        (width, height, changes) => {
          const { before, after } = pair({ width, height }, changes);
          const found = damagedTiles(geometryOf({ width, height }), before, after, same);
          expect(found).toEqual(naive({ width, height }, before, after));
        },
      ),
      runs(40, 150),
    );
  });

  it.each([
    [1, 1],
    [7, 5],
    [8, 300],
    [127, 33],
    [1366, 768],
  ])("finds the first and the last byte at %i×%i", (width, height) => {
    const size = { width, height };
    for (const change of [0, 1]) {
      const { before, after } = pair(size, [change]);
      const found = damagedTiles(geometryOf(size), before, after, same);
      expect(found).toEqual([change === 0 ? 0 : geometryOf(size).tileCount - 1]);
    }
  });

  it("does not compare a picture with itself", () => {
    const { before } = pair({ width: 300, height: 60 }, []);
    const never: SameBytes = () => {
      throw new Error("compared");
    };
    const geometry = geometryOf({ width: 300, height: 60 });
    expect(damagedTiles(geometry, before, before, never)).toEqual([]);
  });

  it("compares a static picture once per band, and never again", () => {
    const size = { width: 1366, height: 768 };
    const { before, after } = pair(size, []);
    let comparisons = 0;
    const counting: SameBytes = (...args) => {
      comparisons++;
      return same(...args);
    };
    expect(damagedTiles(geometryOf(size), before, after, counting)).toEqual([]);
    expect(comparisons).toBe(96);
  });
});
