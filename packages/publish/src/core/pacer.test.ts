import { describe, expect, it } from "vitest";
import { Pacer } from "./pacer.ts";

/** Grabs for a while with work of a given duration, on a simulated clock. @returns when each grab began */
function run(framesPerSecond: number, workMs: readonly number[], timerLatenessMs = 0): number[] {
  const pacer = new Pacer(framesPerSecond);
  let now = 1000;
  return workMs.map((ms) => {
    const delay = pacer.delayMs(now);
    now += delay > 0 ? delay + timerLatenessMs : 0;
    const startedAt = now;
    pacer.started(now);
    now += ms;
    return startedAt - 1000;
  });
}

describe("Pacer", () => {
  it("subtracts the work's time from the wait", () => {
    expect(run(10, [30, 90, 0, 5])).toEqual([0, 100, 200, 300]);
  });

  it("keeps the rate even if every timer fires late", () => {
    const starts = run(60, new Array<number>(61).fill(5), 1.5);
    expect(starts.at(-1)).toBeCloseTo(1000 + 1.5, 6);
  });

  it("grabs back to back when the work takes longer than a frame", () => {
    expect(run(10, [150, 150, 150, 150])).toEqual([0, 150, 300, 450]);
  });

  it("does not make up for a stall", () => {
    expect(run(10, [5000, 1, 1, 1])).toEqual([0, 5000, 5100, 5200]);
  });
});
