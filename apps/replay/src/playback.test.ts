import type { RecordingEnd } from "@screen-share/publish";
import { inPieces } from "@screen-share/publish/testing/memory-file";
import { recordedSession } from "@screen-share/publish/testing/recorded-session";
import { describe, expect, it } from "vitest";
import { Playback } from "./playback.ts";

const DAY_MS = 86_400_000;
/** What timers take at most: beyond it they do not wait at all. */
const MAX_TIMER_MS = 2 ** 31 - 1;

describe("playback", () => {
  it("waits through a gap that is longer than any timer", async () => {
    const { file } = await recordedSession([
      { kind: "resize", to: 0 },
      { kind: "send", count: 1000 },
      { kind: "wait", ms: 30 * DAY_MS },
      { kind: "send", count: 0 },
    ]);
    let now = 0;
    const sleeps: number[] = [];
    const sleep = async (ms: number) => {
      sleeps.push(ms);
      now += ms;
    };
    const ends: RecordingEnd[] = [];
    const onEnd = (end: RecordingEnd) => ends.push(end);
    const open = () => inPieces(file);
    await new Playback({
      open,
      speed: 1,
      loop: false,
      onEnd,
      platform: { now: () => now, sleep },
    }).run();
    expect(ends).toEqual([{ kind: "whole" }]);
    expect(now).toBe(30 * DAY_MS);
    expect(Math.max(...sleeps)).toBeLessThanOrEqual(MAX_TIMER_MS);
  });
});
