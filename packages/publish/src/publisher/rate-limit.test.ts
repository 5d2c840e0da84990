import fc from "fast-check";
import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { keptLog } from "../../test/frames.ts";
import { nodePlatform } from "../node/platform.ts";
import { LINES, LimitedLog, RateLimit } from "./rate-limit.ts";

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

it("passes a burst at once, then the newest item per interval, with the number of omitted items", () => {
  const passed: [string, number][] = [];
  const limit = new RateLimit<string>(
    { burst: 2, intervalMs: 1000 },
    nodePlatform,
    (item, leftOut) => {
      passed.push([item, leftOut]);
    },
  );
  for (const item of ["a", "b", "c", "d", "e"]) limit.offer(item);
  expect(passed).toEqual([
    ["a", 0],
    ["b", 0],
  ]);
  vi.advanceTimersByTime(1000);
  expect(passed.slice(2)).toEqual([["e", 2]]);
  vi.advanceTimersByTime(2000);
  limit.offer("f");
  limit.offer("g");
  expect(passed.slice(3)).toEqual([
    ["f", 0],
    ["g", 0],
  ]);
  limit.stop();
  expect(vi.getTimerCount()).toBe(0);
});

it("passes nothing more once stopped", () => {
  const passed: number[] = [];
  const limit = new RateLimit<number>({ burst: 1, intervalMs: 10 }, nodePlatform, (item) =>
    passed.push(item),
  );
  limit.offer(1);
  limit.offer(2);
  limit.stop();
  vi.advanceTimersByTime(1000);
  expect(passed).toEqual([1]);
});

it("keeps its rate, ends with the newest item and counts every item, whatever is offered when", () => {
  fc.assert(
    fc.property(
      fc.record({
        burst: fc.integer({ min: 1, max: 5 }),
        intervalMs: fc.integer({ min: 1, max: 50 }),
      }),
      fc.array(fc.nat(30), { maxLength: 200 }),
      (rate, pauses) => {
        const passed: { at: number; item: number }[] = [];
        let leftOutInAll = 0;
        const startedAt = Date.now();
        const limit = new RateLimit<number>(rate, nodePlatform, (item, leftOut) => {
          passed.push({ at: Date.now() - startedAt, item });
          leftOutInAll += leftOut;
        });
        pauses.forEach((pause, i) => {
          vi.advanceTimersByTime(pause);
          limit.offer(i);
        });
        vi.advanceTimersByTime(rate.intervalMs * (rate.burst + 1));
        expect(passed.at(-1)?.item).toBe(pauses.length === 0 ? undefined : pauses.length - 1);
        expect(passed.length + leftOutInAll).toBe(pauses.length);
        for (const [i, { at }] of passed.entries()) {
          const { at: earlier = Number.NEGATIVE_INFINITY } = passed[i - rate.burst] ?? {};
          expect(at - earlier).toBeGreaterThanOrEqual(rate.intervalMs);
        }
        limit.stop();
      },
    ),
  );
});

it("writes a few of thousands of log lines, counts the rest, and ends with the newest", () => {
  const kept = keptLog();
  const log = new LimitedLog(kept, nodePlatform);
  const seconds = 20;
  for (let i = 0; i < seconds * 1000; i++) {
    if (i % 2 === 0) log.info("a viewer is watching");
    else log.warn("nobody is watching");
    vi.advanceTimersByTime(1);
  }
  const most = LINES.burst + (seconds * 1000) / LINES.intervalMs;
  expect(kept.lines.length).toBeLessThanOrEqual(most);
  vi.advanceTimersByTime(LINES.intervalMs);
  expect(kept.lines.at(-1)).toMatch(/^warn: nobody is watching \(\d+ earlier lines omitted\)$/);
  const leftOut = kept.lines.map((line) => Number(/\((\d+) earlier/.exec(line)?.[1] ?? 0));
  const inAll = leftOut.reduce((sum, count) => sum + count, kept.lines.length);
  expect(inAll).toBe(seconds * 1000);
  log.stop();
});

it("does not limit debug lines of a log", () => {
  const kept = keptLog();
  const log = new LimitedLog(kept, nodePlatform);
  for (let i = 0; i < 100; i++) log.debug("tried");
  expect(kept.lines).toHaveLength(100);
});
