import { geometryOf, tileRuns } from "@screen-share/protocol";
import { runs } from "@screen-share/protocol/testing/runs";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { Baseline } from "./baseline.ts";
import type { SameBytes } from "./damage.ts";
import { differsFaintly, MAX_FAINT_LEVELS, MAX_HOLD_MS } from "./faint.ts";

const same: SameBytes = (a, b, start, end) =>
  Buffer.compare(a.subarray(start, end), b.subarray(start, end)) === 0;
const SIZE = { width: 400, height: 40 };
const geometry = geometryOf(SIZE);
const INTERVAL_MS = 100;

/** The offset of a tile's px, in bytes. */
function pxOf(index: number, nth: number): number {
  const [run] = tileRuns(geometry, index);
  if (!run) throw new Error("a tile has a run");
  const row = run.y + (Math.floor(nth / run.width) % run.height);
  return (row * SIZE.width + run.x + (nth % run.width)) * 4;
}

function blank(level = 128): Uint8Array {
  return new Uint8Array(SIZE.width * SIZE.height * 4).fill(level);
}

/** An agent that grabs a screen ten times per second, over a link without limits. */
class Agent {
  now = 0;
  updates = 0;
  readonly baseline = new Baseline(geometry, same);
  /** What the other side has. */
  readonly shown = blank(0);

  look(screen: Uint8Array): number[] {
    this.now += INTERVAL_MS;
    const pixels = Uint8Array.from(screen);
    const { clear, faint, held } = this.baseline.sortedDamage(pixels, this.now);
    const indices = [...clear, ...faint].sort((a, b) => a - b);
    if (indices.length === 0) return [];
    this.updates++;
    const levels = indices.map(() => 1);
    const sent = { pixels, indices, lengths: [], levels, faint: new Set(faint), now: this.now };
    this.baseline.sent({ ...sent, complete: held.length === 0 });
    for (const index of indices) {
      for (const { x, y, width, height } of tileRuns(geometry, index)) {
        for (let row = y; row < y + height; row++) {
          const from = (row * SIZE.width + x) * 4;
          this.shown.set(pixels.subarray(from, from + width * 4), from);
        }
      }
    }
    return indices;
  }
}

describe("a host that watches its own picture", () => {
  /** Each update changes some px on the screen again, by a few levels, as a page does that draws what was encoded. */
  function echo(screen: Uint8Array, sent: readonly number[], turn: number): void {
    for (const index of sent) {
      for (let i = 0; i < 40; i++) {
        const px = pxOf(index, i * 7);
        screen.fill(128 + ((turn + i) % 2 ? 1 : -1) * 9, px, px + 3);
      }
    }
  }

  it("comes to rest, and shows what really changed exactly once the loop has ended", () => {
    const agent = new Agent();
    const screen = blank();
    const looks = (seconds: number) => (seconds * 1000) / INTERVAL_MS;
    for (let turn = 0; turn < looks(30); turn++) echo(screen, agent.look(screen), turn);
    const before = agent.updates;
    for (let turn = 0; turn < looks(60); turn++) echo(screen, agent.look(screen), turn);
    expect(agent.updates - before).toBeLessThanOrEqual(60_000 / MAX_HOLD_MS + 1);
    for (let turn = 0; turn < looks(MAX_HOLD_MS / 1000); turn++) agent.look(screen);
    expect(Buffer.compare(agent.shown, screen)).toBe(0);
  });

  it("sends what is typed meanwhile at once", () => {
    const agent = new Agent();
    const screen = blank();
    for (let turn = 0; turn < 300; turn++) echo(screen, agent.look(screen), turn);
    const px = pxOf(3, 5);
    screen.fill(255, px, px + 3);
    expect(agent.look(screen)).toContain(3);
    expect(agent.shown[px]).toBe(255);
  });
});

describe("changes that may or may not be visible", () => {
  it("arrive exactly within a bounded time, whatever they are and in whatever order", () => {
    const change = fc.record({
      tile: fc.nat(geometry.tileCount - 1),
      px: fc.nat(1023),
      count: fc.constantFrom(1, 2, 30, 400),
      level: fc.nat(255),
      looks: fc.nat(30),
    });
    fc.assert(
      fc.property(fc.array(change, { maxLength: 30 }), (changes) => {
        const agent = new Agent();
        const screen = blank();
        agent.look(screen);
        for (const { tile, px, count, level, looks } of changes) {
          for (let i = 0; i < count; i++) {
            const at = pxOf(tile, px + i);
            screen.fill(level, at, at + 3);
          }
          for (let i = 0; i < looks; i++) agent.look(screen);
        }
        for (let ms = 0; ms <= MAX_HOLD_MS; ms += INTERVAL_MS) agent.look(screen);
        expect(Buffer.compare(agent.shown, screen)).toBe(0);
        expect(agent.look(screen)).toEqual([]);
      }),
      runs(20, 60),
    );
  });

  it("are sent at once if the last one was long ago: a single px, one level darker", () => {
    const agent = new Agent();
    const screen = blank();
    agent.look(screen);
    screen.fill(127, pxOf(2, 9), pxOf(2, 9) + 1);
    expect(agent.look(screen)).toEqual([2]);
  });

  it("are never held back if they are clear: a text cursor that blinks", () => {
    const agent = new Agent();
    const screen = blank(255);
    agent.look(screen);
    for (let turn = 0; turn < 20; turn++) {
      screen.fill(turn % 2 ? 255 : 0, pxOf(1, 20), pxOf(1, 20) + 3);
      expect(agent.look(screen)).toEqual([1]);
    }
  });

  it("are judged by how much a px differs, not by how many differ", () => {
    const before = blank();
    const isFaint = (px: number, levels: number) => {
      const pixels = blank();
      for (let i = 0; i < px; i++) pixels.fill(128 + levels, pxOf(0, i), pxOf(0, i) + 1);
      return differsFaintly(geometry, 0, [before, pixels]);
    };
    for (const px of [1, 1024]) {
      expect(isFaint(px, MAX_FAINT_LEVELS)).toBe(true);
      expect(isFaint(px, MAX_FAINT_LEVELS + 1)).toBe(false);
    }
  });

  it("are not held back beside as many clear ones: the dark parts of a video move with the rest", () => {
    const agent = new Agent();
    const screen = blank();
    agent.look(screen);
    for (let turn = 1; turn < 20; turn++) {
      for (let tile = 0; tile < 5; tile++) {
        const level = tile === 0 ? (turn * 60) % 256 : 128 + (turn % 2) * 5;
        screen.fill(level, pxOf(tile, 0), pxOf(tile, 100));
      }
      expect(agent.look(screen)).toEqual([0, 1, 2, 3, 4]);
    }
  });
});
