import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { CutQueue, type PendingTile } from "./cut.ts";

const tile = (index: number, sentAt: number, bytesLength = 100): PendingTile => ({
  index,
  sentAt,
  bytesLength,
});
const indices = (tiles: readonly PendingTile[]) => tiles.map(({ index }) => index);

/** The tiles of one cut, in ascending order of index. */
function chooseCut(
  pending: readonly PendingTile[],
  { maxBytes, columns }: { readonly maxBytes: number; readonly columns?: number | undefined },
): PendingTile[] {
  return new CutQueue(pending, { columns }).choose(maxBytes).sort((a, b) => a.index - b.index);
}

describe("a cut", () => {
  const pending = fc
    .uniqueArray(
      fc.record({
        index: fc.nat(2000),
        bytesLength: fc.integer({ min: 1, max: 2000 }),
        sentAt: fc.integer({ min: -1, max: 50 }),
      }),
      { selector: ({ index }) => index, maxLength: 100 },
    )
    .map((tiles) => tiles.toSorted((a, b) => a.index - b.index));
  const columns = fc.option(fc.double({ min: 0.0625, max: 64, noNaN: true }), { nil: undefined });

  it("takes some waiting tiles, each once, in ascending order, no more than fit, and at least one", () => {
    fc.assert(
      fc.property(
        pending,
        fc.integer({ min: -10, max: 20_000 }),
        columns,
        (tiles, maxBytes, wide) => {
          const chosen = chooseCut(tiles, { maxBytes, columns: wide });
          expect(chosen.length > 0).toBe(tiles.length > 0);
          expect(indices(chosen)).toEqual([...new Set(indices(chosen))].sort((a, b) => a - b));
          for (const one of chosen) expect(tiles).toContain(one);
          const bytes = chosen.reduce((sum, { bytesLength }) => sum + bytesLength, 0);
          expect(bytes <= maxBytes || chosen.length <= 1).toBe(true);
        },
      ),
    );
  });

  it("eventually sends every tile, however much keeps changing", () => {
    const sentAt = new Map(Array.from({ length: 300 }, (_, index) => [index, -1]));
    for (let turn = 0; turn < 80; turn++) {
      const waiting = [...sentAt].map(([index, at]) => tile(index, at));
      for (const { index } of chooseCut(waiting, { maxBytes: 600, columns: 15 }))
        sentAt.set(index, turn);
    }
    expect(Math.min(...sentAt.values())).toBeGreaterThanOrEqual(0);
  });

  it("first takes what the other side has had longest", () => {
    const tiles = [tile(0, 5), tile(1, 2), tile(2, 9), tile(3, 2)];
    expect(indices(chooseCut(tiles, { maxBytes: 300 }))).toEqual([0, 1, 3]);
  });

  it("reserves a quarter for small regions, and no more", () => {
    const video = Array.from({ length: 60 }, (_, i) =>
      tile(300 + Math.floor(i / 5) * 15 + (i % 5), 1),
    );
    const typed = [tile(31, 90), tile(120, 80), tile(150, 85)];
    const tiles = [...typed, ...video];
    const chosen = indices(chooseCut(tiles, { maxBytes: 800, columns: 15 }));
    expect(chosen.filter((index) => index < 200)).toEqual([120, 150]);
    expect(chosen).toHaveLength(8);
    expect(indices(chooseCut(tiles, { maxBytes: 800 })).every((index) => index >= 300)).toBe(true);
  });
});
