import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { keptLog } from "../../test/frames.ts";
import { nodePlatform } from "../node/platform.ts";
import { LINES, LimitedLog } from "./rate-limit.ts";

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

it("writes a few lines of thousands, counts the rest, and ends with the newest", () => {
  const kept = keptLog();
  const log = new LimitedLog(kept, nodePlatform);
  const seconds = 20;
  for (let i = 0; i < seconds * 1000; i++) {
    if (i % 2 === 0) log.info("somebody watches");
    else log.warn("nobody watches");
    vi.advanceTimersByTime(1);
  }
  const most = LINES.burst + (seconds * 1000) / LINES.intervalMs;
  expect(kept.lines.length).toBeLessThanOrEqual(most);
  vi.advanceTimersByTime(LINES.intervalMs);
  expect(kept.lines.at(-1)).toMatch(/^warn: nobody watches \(\d+ earlier lines were left out\)$/);
  const leftOut = kept.lines.map((line) => Number(/\((\d+) earlier/.exec(line)?.[1] ?? 0));
  const inAll = leftOut.reduce((sum, count) => sum + count, kept.lines.length);
  expect(inAll).toBe(seconds * 1000);
  log.stop();
});

it("does not limit what is only for debugging", () => {
  const kept = keptLog();
  const log = new LimitedLog(kept, nodePlatform);
  for (let i = 0; i < 100; i++) log.debug("tried");
  expect(kept.lines).toHaveLength(100);
});
