import { describe, expect, it, onTestFinished, vi } from "vitest";
import { LoopTime } from "./loop-time.ts";

/** An event loop that a test turns by hand. */
function loopTime() {
  const state = { now: 1000, idleMs: 0, turnOver: () => {} };
  const time = new LoopTime({
    now: () => state.now,
    idleMs: () => state.idleMs,
    afterTurn: (call) => {
      state.turnOver = call;
    },
  });
  const turn = ({ idleMs = 0 }: { idleMs?: number } = {}) => {
    state.turnOver();
    state.now += idleMs;
    state.idleMs += idleMs;
  };
  /** Handles a message for this long. @returns how long it may have waited, ms */
  const handle = (ms: number) => {
    time.handles();
    const waitedMs = state.now - time.heardSince(state.now);
    state.now += ms;
    return waitedMs;
  };
  const work = (ms: number) => {
    state.now += ms;
  };
  return { time, turn, handle, work };
}

describe("what the relay handles", () => {
  it("has just come if the event loop had to wait for it", () => {
    const { turn, handle } = loopTime();
    handle(30);
    turn({ idleMs: 5 });
    expect(handle(1)).toBe(0);
  });

  it("may have waited since its turn began, behind the other messages of that turn", () => {
    const { turn, handle } = loopTime();
    turn({ idleMs: 5 });
    expect([handle(30), handle(10), handle(1)]).toEqual([0, 30, 40]);
  });

  it("may have come during the whole turn before if the event loop has had no rest since", () => {
    const { turn, handle } = loopTime();
    turn({ idleMs: 5 });
    handle(30);
    turn();
    expect([handle(2), handle(1)]).toEqual([30, 32]);
    turn({ idleMs: 0.01 });
    expect(handle(1)).toBeCloseTo(3.01);
  });

  it("may also have waited for a delayed call", () => {
    vi.useFakeTimers({ toFake: ["setTimeout"] });
    onTestFinished(() => void vi.useRealTimers());
    const { turn, handle, time, work } = loopTime();
    turn({ idleMs: 5 });
    time.after(10, () => work(20));
    vi.advanceTimersByTime(10);
    expect(handle(1)).toBe(20);
  });
});

describe("LoopTime, on the event loop of Node.js", () => {
  it("knows that a message had to wait while the process was busy", async () => {
    const time = new LoopTime();
    const busyMs = 50;
    const startedAt = time.handles();
    while (time.now() - startedAt < busyMs);
    await new Promise((done) => setImmediate(done));
    const now = time.handles();
    expect(now - time.heardSince(now)).toBeGreaterThanOrEqual(busyMs);
  });

  it("knows that it was idle", async () => {
    const time = new LoopTime();
    time.handles();
    await new Promise((done) => setTimeout(done, 50));
    const handledAt = time.handles();
    expect(time.heardSince(time.now())).toBe(handledAt);
  });
});
