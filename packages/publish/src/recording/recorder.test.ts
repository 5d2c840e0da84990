import { encodeUpdate } from "@screen-share/protocol";
import { beforeEach, describe, expect, it, vi } from "vitest";
import { keptLog } from "../../test/frames.ts";
import { inPieces, MemoryFile } from "../../test/memory-file.ts";
import { nodePlatform } from "../node/platform.ts";
import { type Recorded, RecordingReader } from "./format.ts";
import { MAX_WAITING_BYTES, Recorder } from "./recorder.ts";

const STREAM = JSON.stringify({
  type: "stream",
  epoch: 1,
  stream: { codec: "jpeg", width: 64, height: 48, tables: [] },
});

let file: MemoryFile;
let log: ReturnType<typeof keptLog>;
let now: number;
let recorder: Recorder;
beforeEach(() => {
  file = new MemoryFile();
  log = keptLog();
  now = 1000;
  recorder = new Recorder({ file, log, timing: { ...nodePlatform, now: () => now } });
});

function updateOf(length: number): Uint8Array {
  const tiles = [{ index: 0, table: 0, bytes: new Uint8Array(length) }];
  const times = { capturedAt: 0, encodedAt: 0, relayedAt: 0 };
  return encodeUpdate({ keyframe: true, cut: false, epoch: 1, ...times, tiles });
}

function record(stream: string | undefined, update: Uint8Array): void {
  if (stream !== undefined) recorder.record(stream);
  recorder.record(update);
}

async function recorded(bytes: Uint8Array = file.bytes) {
  const reader = new RecordingReader(inPieces(bytes));
  const records: Recorded[] = [];
  for await (const record of reader.records()) records.push(record);
  return { records, end: reader.end.kind };
}

/** Waits until everything that can be written is written. */
const settle = () => new Promise((resolve) => setImmediate(resolve));
const warnings = () => log.lines.filter((line) => line.startsWith("warn"));

describe("a recorder", () => {
  it("writes what was sent, and when, and logs the amount", async () => {
    record(STREAM, updateOf(10));
    now += 250;
    recorder.record(updateOf(20));
    await recorder.end();
    const { records, end } = await recorded();
    expect(end).toBe("whole");
    expect(records.map(({ kind, atMs }) => [kind, atMs])).toEqual([
      ["stream", 0],
      ["update", 0],
      ["update", 250],
    ]);
    expect(log.lines).toEqual(["info: recorded 2 updates, 0.0 MB, to /tmp/a.recording"]);
    expect(file.closed).toBe(true);
    expect(recorder.recording).toBe(false);
  });

  it("always has everything in the file except what the disk has not accepted", async () => {
    record(STREAM, updateOf(10));
    await settle();
    expect((await recorded()).records).toHaveLength(2);
    recorder.record(updateOf(10));
    await settle();
    expect(await recorded()).toMatchObject({ end: "whole", records: { length: 3 } });
    await recorder.end();
  });

  it("keeps the order while the disk stalls, and writes everything once it continues", async () => {
    file.stall();
    for (let i = 1; i <= 50; i++) {
      now += 10;
      record(i === 1 ? STREAM : undefined, updateOf(i));
      if (i % 10 === 0) await settle();
    }
    file.go();
    await recorder.end();
    const { records } = await recorded();
    expect(records.slice(1).map(({ atMs }) => atMs)).toEqual(
      Array.from({ length: 50 }, (_, i) => (i + 1) * 10),
    );
    expect(warnings()).toEqual([]);
  });

  it("ends with a warning if the disk is too slow, and its records are complete", async () => {
    const update = updateOf(MAX_WAITING_BYTES / 4);
    file.stall();
    for (let i = 0; i < 10; i++) record(i === 0 ? STREAM : undefined, update);
    expect(recorder.recording).toBe(false);
    expect(warnings()).toHaveLength(1);
    expect(warnings()[0]).toMatch(/stops here: the disk is too slow; sharing continues$/);
    file.go();
    await recorder.end();
    const { records, end } = await recorded();
    expect(end).toBe("whole");
    expect(records).toHaveLength(1 + 3);
    expect(file.closed).toBe(true);
    expect(log.lines).toHaveLength(1);
  });

  it("may exceed the amount that may wait for the disk, as long as the disk keeps up", async () => {
    const update = updateOf(MAX_WAITING_BYTES / 4);
    for (let i = 0; i < 6; i++) {
      record(i === 0 ? STREAM : undefined, update);
      await settle();
    }
    await recorder.end();
    expect(log.lines).toEqual(["info: recorded 6 updates, 100.7 MB, to /tmp/a.recording"]);
  });

  it("ends with a warning if the disk fails, and accepts no more", async () => {
    record(STREAM, updateOf(10));
    await settle();
    file.failure = new Error("no space is left on the disk");
    recorder.record(updateOf(10));
    await settle();
    expect(warnings()).toEqual([
      "warn: the recording to /tmp/a.recording stops here: no space is left on the disk; sharing continues",
    ]);
    expect(recorder.recording).toBe(false);
    file.failure = undefined;
    recorder.record(updateOf(10));
    await recorder.end();
    expect((await recorded()).records).toHaveLength(2);
    expect(file.closed).toBe(true);
    expect(log.lines).toHaveLength(1);
  });

  it("does not keep the agent from exiting if the disk never continues", async () => {
    vi.useFakeTimers();
    file.stall();
    record(STREAM, updateOf(10));
    const ended = recorder.end();
    await vi.advanceTimersByTimeAsync(3000);
    await ended;
    expect(vi.getTimerCount()).toBe(0);
    vi.useRealTimers();
    expect(warnings()).toEqual([
      "warn: the end of the recording /tmp/a.recording is missing: the disk is too slow",
    ]);
  });
});
