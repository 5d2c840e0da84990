import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { DirtyGrid, type Rectangle } from "./dirty-grid.ts";

/** One byte a px. */
function painted({ width, height }: { width: number; height: number }, parts: Rectangle[]) {
  const counts = new Uint8Array(width * height);
  for (const part of parts) {
    for (let y = Math.max(0, part.y); y < Math.min(height, part.y + part.height); y++) {
      for (let x = Math.max(0, part.x); x < Math.min(width, part.x + part.width); x++) {
        const at = y * width + x;
        counts[at] = (counts[at] ?? 0) + 1;
      }
    }
  }
  return counts;
}

const size = fc.record({
  width: fc.integer({ min: 1, max: 700 }),
  height: fc.integer({ min: 1, max: 400 }),
});
const place = fc.integer({ min: -150, max: 750 });
const extent = fc.integer({ min: 0, max: 200 });
const part = fc.record({ x: place, y: place, width: extent, height: extent });

describe("DirtyGrid", () => {
  it("covers every px that was marked, each once, in parts of the picture", () => {
    fc.assert(
      fc.property(size, fc.array(part, { maxLength: 40 }), (size, marks) => {
        const grid = new DirtyGrid(size);
        grid.take();
        for (const mark of marks) grid.mark(mark);
        const taken = grid.take();
        for (const { x, y, width, height } of taken) {
          expect(Math.min(x, y)).toBeGreaterThanOrEqual(0);
          expect(Math.min(width, height)).toBeGreaterThan(0);
          expect(x + width).toBeLessThanOrEqual(size.width);
          expect(y + height).toBeLessThanOrEqual(size.height);
        }
        const covered = painted(size, taken);
        const missed = painted(size, marks).findIndex((n, i) => n > 0 && covered[i] !== 1);
        expect(missed).toBe(-1);
        expect(covered.every((n) => n <= 1)).toBe(true);
      }),
      { numRuns: 150 },
    );
  });

  it("gives what was marked once, and nothing that was not", () => {
    const grid = new DirtyGrid({ width: 1920, height: 1080 });
    expect(grid.take()).toEqual([{ x: 0, y: 0, width: 1920, height: 1080 }]);
    expect(grid.take()).toEqual([]);
    grid.mark({ x: 5, y: 5, width: 0, height: 9 });
    grid.mark({ x: 1920, y: 0, width: 50, height: 50 });
    grid.mark({ x: 0, y: -20, width: 50, height: 20 });
    expect(grid.take()).toEqual([]);
    grid.mark({ x: 300, y: 1079, width: 8, height: 1 });
    expect(grid.take()).toEqual([{ x: 256, y: 1024, width: 64, height: 56 }]);
    expect(grid.take()).toEqual([]);
  });

  it("takes together what lies one above the other, and keeps apart what does not", () => {
    const grid = new DirtyGrid({ width: 640, height: 640 });
    grid.take();
    grid.mark({ x: 70, y: 70, width: 100, height: 200 });
    grid.mark({ x: 500, y: 100, width: 1, height: 1 });
    expect(grid.take()).toEqual([
      { x: 64, y: 64, width: 128, height: 256 },
      { x: 448, y: 64, width: 64, height: 64 },
    ]);
  });

  it("gives few rectangles however many were marked", () => {
    const grid = new DirtyGrid({ width: 3840, height: 1080 });
    grid.take();
    for (let x = 0; x < 3840; x += 128) {
      for (let y = 0; y < 1080; y += 64)
        grid.mark({ x: x + ((y / 64) % 2) * 64, y, width: 1, height: 1 });
    }
    expect(grid.take().length).toBeLessThanOrEqual(17);
  });
});
