import { runs } from "@screen-share/protocol/testing/runs";
import { type Platform, Publisher, type RecordingEnd } from "@screen-share/publish";
import { nodePlatform } from "@screen-share/publish/node";
import { keptLog } from "@screen-share/publish/testing/frames";
import { inPieces } from "@screen-share/publish/testing/memory-file";
import { IGNORED_LINKS } from "@screen-share/publish/testing/publisher-stage";
import {
  anySteps,
  recordedSession,
  type Step,
} from "@screen-share/publish/testing/recorded-session";
import { ReplicaRelay } from "@screen-share/publish/testing/replica-relay";
import fc from "fast-check";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { Feeder } from "./feeder.ts";
import { LOOP_PAUSE_MS, Playback } from "./playback.ts";

const platform: Platform = {
  ...nodePlatform,
  now: () => Date.now(),
  random: () => 0,
  sleep: (ms) => new Promise((resolve) => setTimeout(resolve, ms)),
};
const ALL = 1000;

interface Running {
  readonly relay: ReplicaRelay;
  readonly ends: RecordingEnd[];
  stop(): Promise<void>;
}

/** Plays a file to a relay, once it is connected. */
async function play(
  file: Uint8Array,
  { speed = 1, loop = false, relay = new ReplicaRelay() } = {},
): Promise<Running> {
  const ends: RecordingEnd[] = [];
  const publisher = new Publisher({
    open: relay.open,
    url: "ws://relay",
    room: "main",
    name: "replay",
    log: keptLog(),
    links: IGNORED_LINKS,
    timing: platform,
  });
  const ending = publisher.run();
  const open = () => inPieces(file, 5000);
  const onEnd = (end: RecordingEnd) => ends.push(end);
  const playback = new Playback({ open, speed, loop, onEnd, platform });
  void playback.run();
  const feeding = new Feeder({ playback, publisher, platform }).run();
  const stop = async () => {
    publisher.stop();
    await vi.advanceTimersByTimeAsync(1000);
    await Promise.all([ending, feeding]);
  };
  await vi.advanceTimersByTimeAsync(100);
  return { relay, ends, stop };
}

beforeEach(() => {
  vi.useFakeTimers({
    toFake: ["setTimeout", "clearTimeout", "setInterval", "clearInterval", "Date"],
  });
});
afterEach(() => {
  vi.useRealTimers();
});

/** Tiles change every 100 ms; the whole picture first. */
function changing(times: number, to = 0): Step[] {
  const changes = Array.from({ length: times }, (_, i): Step[] => [
    { kind: "wait", ms: 100 },
    { kind: "change", count: 2, seed: i * 5 },
    { kind: "send", count: ALL },
  ]);
  return [{ kind: "resize", to }, { kind: "send", count: ALL }, ...changes.flat()];
}

const tilesOf = ({ replica }: ReplicaRelay) => replica.shown?.since(0);

describe("a replay", () => {
  const trouble = fc.record({
    afterMs: fc.nat(400),
    what: fc.constantFrom("lose", "refresh", "nobody", "somebody", "refuse", "accept" as const),
  });

  it("ends with the recording's last picture at the relay, at any speed, over any link, whatever comes between", async () => {
    await fc.assert(
      fc.asyncProperty(
        anySteps,
        fc.oneof(fc.constantFrom(0.5, 1, 2, 100), fc.double({ min: 0.5, max: 100, noNaN: true })),
        fc.nat(900),
        fc.array(trouble, { maxLength: 12 }),
        async (steps, speed, ackDelayMs, troubles) => {
          const { file, last } = await recordedSession(steps);
          const { relay, ends, stop } = await play(file, { speed });
          relay.ackDelayMs = ackDelayMs;
          for (const { afterMs, what } of troubles) {
            await vi.advanceTimersByTimeAsync(afterMs);
            if (what === "lose") relay.lose();
            else if (what === "refresh") relay.refresh();
            else if (what === "nobody" || what === "somebody")
              relay.watch(what === "somebody" ? 1 : 0);
            else relay.accepts = what === "accept";
          }
          relay.accepts = true;
          relay.watch(1);
          for (let i = 0; ends.length === 0; i++) {
            if (i > 100) throw new Error("it never ended");
            await vi.advanceTimersByTimeAsync(1000);
          }
          await vi.advanceTimersByTimeAsync(12_000);
          expect(ends).toEqual([{ kind: "whole" }]);
          expect(relay.replica.shown?.stream).toEqual(last.stream);
          expect(tilesOf(relay)).toEqual(last.since(0));
          await stop();
        },
      ),
      runs(10, 40),
    );
  });

  it("takes as long as it took, or as much less as it is faster", async () => {
    const { file } = await recordedSession(changing(20));
    for (const speed of [0.5, 1, 8]) {
      const { relay, ends, stop } = await play(file, { speed });
      const lengthMs = 2000 / speed;
      await vi.advanceTimersByTimeAsync(lengthMs - 150);
      expect(ends).toEqual([]);
      await vi.advanceTimersByTimeAsync(150);
      expect(ends).toEqual([{ kind: "whole" }]);
      const changes = relay.updates.filter(({ update }) => update.tiles.length > 0);
      // Whatever the speed, each change is a picture of its own as long as there are fewer than 60 a second.
      if (speed <= 1) expect(changes).toHaveLength(21);
      await stop();
    }
  });

  it("over a slow link skips to now, and has little in flight", async () => {
    const { file, updates } = await recordedSession(changing(60, 2));
    const relay = new ReplicaRelay();
    relay.ackDelayMs = 700;
    const { stop } = await play(file, { speed: 20, relay });
    await vi.advanceTimersByTimeAsync(600);
    expect(relay.updates.length).toBeLessThan(updates / 2);
    await vi.advanceTimersByTimeAsync(8000);
    const { last } = await recordedSession(changing(60, 2));
    expect(tilesOf(relay)).toEqual(last.since(0));
    await stop();
  });

  it("plays on without viewers and sends nothing; a viewer that joins then sees the current picture", async () => {
    const { file, last } = await recordedSession(changing(20));
    const relay = new ReplicaRelay();
    relay.watch(0);
    const { ends, stop } = await play(file, { relay });
    await vi.advanceTimersByTimeAsync(3000);
    expect(ends).toHaveLength(1);
    expect(relay.updates).toEqual([]);
    relay.watch(1);
    await vi.advanceTimersByTimeAsync(100);
    expect(relay.updates).toMatchObject([{ update: { keyframe: true } }]);
    expect(tilesOf(relay)).toEqual(last.since(0));
    await stop();
  });

  it("reports at all times that its picture is current, with the present time, even after the end (P-23)", async () => {
    const { file } = await recordedSession(changing(3));
    const { relay, stop } = await play(file);
    await vi.advanceTimersByTimeAsync(20_000);
    const newest = relay.updates.slice(-4);
    const current = { tiles: [], keyframe: false };
    expect(newest).toMatchObject(newest.map(() => ({ update: current })));
    expect(Date.now() - (newest[0]?.at ?? 0)).toBeLessThan(4 * 2100);
    for (const { at, update } of relay.updates.slice(1)) {
      expect(Math.abs(update.capturedAt - at)).toBeLessThan(50);
      expect(Math.abs(update.encodedAt - at)).toBeLessThan(50);
    }
    await stop();
  });

  it("begins with the whole picture after a refresh, and over a new connection (P-31, P-34)", async () => {
    const { file } = await recordedSession(changing(30));
    const { relay, stop } = await play(file);
    relay.refresh();
    await vi.advanceTimersByTimeAsync(100);
    expect(relay.updates.at(-1)?.update).toMatchObject({ keyframe: true, epoch: 2 });
    relay.lose();
    relay.updates.length = 0;
    await vi.advanceTimersByTimeAsync(700);
    expect(relay.connections).toBe(2);
    expect(relay.updates[0]?.update).toMatchObject({ keyframe: true, epoch: 1 });
    await stop();
  });

  it("counts nothing as sent that the socket did not accept (P-32)", async () => {
    const { file, last } = await recordedSession(changing(10));
    const { relay, stop } = await play(file);
    await vi.advanceTimersByTimeAsync(450);
    relay.accepts = false;
    await vi.advanceTimersByTimeAsync(300);
    relay.accepts = true;
    await vi.advanceTimersByTimeAsync(1000);
    expect(relay.connections).toBe(1);
    expect(tilesOf(relay)).toEqual(last.since(0));
    await stop();
  });

  it("in a loop shows its pictures again and again", async () => {
    const { file } = await recordedSession(changing(10));
    const { ends, stop, relay } = await play(file, { loop: true });
    await vi.advanceTimersByTimeAsync(3 * (1000 + LOOP_PAUSE_MS) + 100);
    expect(ends).toHaveLength(3);
    const counts = relay.updates.filter(({ update }) => update.tiles.length > 0).length;
    expect(counts).toBeGreaterThanOrEqual(30);
    await stop();
  });

  it("of one picture in a loop does not spin", async () => {
    const { file } = await recordedSession([
      { kind: "resize", to: 0 },
      { kind: "send", count: ALL },
    ]);
    const { ends, stop } = await play(file, { loop: true });
    await vi.advanceTimersByTimeAsync(5000);
    expect(ends.length).toBeLessThanOrEqual(6);
    await stop();
  });

  it("plays what there is of a truncated file, and reports that", async () => {
    const { file } = await recordedSession(changing(10));
    const { ends, relay, stop } = await play(file.subarray(0, file.length - 5));
    await vi.advanceTimersByTimeAsync(2000);
    expect(ends).toMatchObject([{ kind: "cut-off" }]);
    expect(tilesOf(relay)).toBeDefined();
    await stop();
  });
});
