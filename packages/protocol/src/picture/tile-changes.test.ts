import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { SMALL_REGION_TILES, TileChanges } from "./tile-changes.ts";

const COLUMNS = 15;
const area = (column: number, row: number, columns: number, rows: number): number[] =>
  Array.from(
    { length: columns * rows },
    (_, i) => (row + Math.floor(i / columns)) * COLUMNS + column + (i % columns),
  );

describe("TileChanges", () => {
  it("returns the tiles that have changed since any version, in ascending order", () => {
    fc.assert(
      fc.property(
        fc.constantFrom(1, 20, 600, 2025),
        fc.array(fc.uniqueArray(fc.nat(2024)), { maxLength: 20 }),
        fc.nat(20),
        (tileCount, updates, cursor) => {
          const changes = new TileChanges(tileCount, COLUMNS);
          const expected = new Map<number, number>();
          updates.forEach((tiles, i) => {
            const indices = tiles.filter((index) => index < tileCount);
            changes.changed(indices, i + 1);
            for (const index of indices) expected.set(index, i + 1);
          });
          const since = [...expected].filter(([, version]) => version > cursor);
          expect(changes.since(cursor)).toEqual(since.map(([i]) => i).sort((a, b) => a - b));
        },
      ),
    );
  });

  it("distinguishes small regions from a large one that changes in parts", () => {
    const changes = new TileChanges(2025, COLUMNS);
    const video = area(8, 60, 5, 8);
    const typed = area(1, 20, 2, 2);
    let version = 0;
    for (let turn = 0; turn < 3; turn++) {
      for (let part = 0; part < video.length; part += 8) {
        changes.changed(video.slice(part, part + 8), ++version);
      }
      changes.changed(typed, ++version);
    }
    const small = [...changes.small];
    expect(small).toEqual(expect.arrayContaining(typed));
    // The first part of the video had no changed neighbours yet.
    expect(small.filter((index) => !typed.includes(index))).toEqual([]);
  });

  it("joins tiles at sides and corners, even if rows are not a whole number of tiles", () => {
    for (const columns of [15, 10.6875]) {
      const step = Math.ceil(columns);
      const line = Array.from({ length: SMALL_REGION_TILES + 1 }, (_, i) => 3 + i * step);
      const changes = new TileChanges(2025, columns);
      changes.changed(line, 1);
      expect([...changes.small]).toEqual([]);
      const few = new TileChanges(2025, columns);
      few.changed(line.slice(1), 1);
      expect([...few.small]).toEqual(line.slice(1));
    }
  });

  it("drops a small region that becomes part of a large one, and has none without columns", () => {
    const changes = new TileChanges(2025, COLUMNS);
    changes.changed([31], 1);
    expect([...changes.small]).toEqual([31]);
    changes.changed(area(0, 0, COLUMNS, 10), 2);
    expect([...changes.small]).toEqual([]);
    const whole = new TileChanges(1);
    whole.changed([0], 1);
    expect([...whole.small]).toEqual([]);
  });
});
