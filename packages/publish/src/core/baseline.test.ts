import { geometryOf } from "@screen-share/protocol";
import { seededRandom } from "@screen-share/protocol/testing";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { Baseline } from "./baseline.ts";
import { allTiles, damagedTiles, type SameBytes } from "./damage.ts";

const same: SameBytes = (a, b, start, end) =>
  Buffer.compare(a.subarray(start, end), b.subarray(start, end)) === 0;

const SIZE = { width: 200, height: 30 };
const geometry = geometryOf(SIZE);
const BYTES = SIZE.width * SIZE.height * 4;

function picture(seed: number): Uint8Array {
  const random = seededRandom(seed);
  return Uint8Array.from({ length: BYTES }, () => random() * 256);
}

const open = () => new Baseline(geometry, same);
const levels = allTiles(geometry).map(() => 1);
const COMMON = { lengths: [], levels, now: 100 };

describe("Baseline", () => {
  it("counts everything as damage at first, and nothing once all was sent", () => {
    const baseline = open();
    const pixels = picture(1);
    expect(baseline.damage(pixels)).toEqual(allTiles(geometry));
    baseline.sent({ ...COMMON, pixels, indices: allTiles(geometry), complete: true });
    expect(baseline.damage(pixels)).toEqual([]);
    expect(baseline.damage(Uint8Array.from(pixels))).toEqual([]);
  });

  it("P-33: remembers the pixels that were sent for each tile, whatever happened in between", () => {
    const pictures = [0, 1, 2].map(picture);
    fc.assert(
      fc.property(
        fc.array(fc.tuple(fc.nat(2), fc.array(fc.nat(geometry.tileCount - 1), { maxLength: 4 }))),
        (steps) => {
          const baseline = open();
          const had = new Map<number, number>();
          for (const [which, some] of steps) {
            const pixels = pictures[which] ?? picture(0);
            const damage = baseline.damage(pixels);
            const wrong = allTiles(geometry).filter((index) => {
              const seed = had.get(index);
              if (seed === undefined) return true;
              return damagedTiles(geometry, pictures[seed] ?? pixels, pixels, same).includes(index);
            });
            expect(damage).toEqual(wrong);
            const indices = damage.filter((index) => some.includes(index));
            const complete = indices.length === damage.length;
            baseline.sent({ ...COMMON, pixels, indices, complete });
            for (const index of indices) had.set(index, which);
          }
        },
      ),
      { numRuns: 60 },
    );
    expect(pictures.every((pixels, seed) => Buffer.from(pixels).equals(picture(seed)))).toBe(true);
  });

  it("knows which tiles are coarse, and since when", () => {
    const baseline = open();
    const pixels = picture(1);
    const all = allTiles(geometry);
    const sent = { pixels, lengths: [], complete: true };
    baseline.sent({ ...sent, indices: all, levels: all.map(() => 0), now: 100 });
    baseline.sent({ ...sent, indices: [2], lengths: [123], levels: [2], now: 200 });
    baseline.sent({ ...sent, indices: [3], levels: [1], now: 300 });
    expect(baseline.coarserThan(2, 301)).toEqual(all.filter((index) => index !== 2));
    expect(baseline.coarserThan(2, 300)).toEqual(all.filter((index) => index !== 2 && index !== 3));
    expect(baseline.coarserThan(1, 301)).toEqual(all.filter((index) => index !== 2 && index !== 3));
    expect(baseline.sentAt(3)).toBe(300);
    expect(baseline.likelyBytes(2)).toBe(123);
  });
});
