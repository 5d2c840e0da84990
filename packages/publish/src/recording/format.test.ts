import { runs } from "@screen-share/protocol/testing/runs";
import fc from "fast-check";
import { beforeAll, describe, expect, it } from "vitest";
import { inPieces } from "../../test/memory-file.ts";
import { anySteps, recordedSession, type Step } from "../../test/recorded-session.ts";
import {
  encodeRecordHeader,
  encodeRecordingHeader,
  type Recorded,
  RecordedPicture,
  RecordingReader,
} from "./format.ts";

const STEPS: readonly Step[] = [
  { kind: "resize", to: 0 },
  { kind: "wait", ms: 250 },
  { kind: "send", count: 5 },
  { kind: "send", count: 99 },
  { kind: "wait", ms: 1000 },
  { kind: "change", count: 3, seed: 5 },
  { kind: "send", count: 99 },
];
const HEADER_BYTES = 18;

async function read(bytes: Uint8Array, pieceLength?: number) {
  const reader = new RecordingReader(inPieces(bytes, pieceLength));
  const records: Recorded[] = [];
  for await (const record of reader.records()) records.push(record);
  return { records, end: reader.end, startedAt: reader.startedAt };
}

/** Plays any recording to its end, and returns what was wrong with it. */
async function playThrough(bytes: Uint8Array): Promise<string> {
  const picture = new RecordedPicture();
  const { records, end } = await read(bytes);
  for (const record of records) if (picture.take(record)) return "unfit";
  return end.kind;
}

describe("a recording", () => {
  let file: Buffer;
  beforeAll(async () => {
    ({ file } = await recordedSession(STEPS));
  });

  it("begins with exactly these bytes, and so does a record", () => {
    const hex = (bytes: Uint8Array) => Buffer.from(bytes).toString("hex");
    expect(hex(encodeRecordingHeader(1.5))).toBe(
      "895353524543" + "0d0a" + "0100" + "000000000000f83f",
    );
    const record = encodeRecordHeader("update", { atMs: 1000, length: 258 });
    expect(hex(record)).toBe("0000000000408f40" + "02" + "02010000");
    expect(hex(encodeRecordHeader("stream", { atMs: 0, length: 1 })).slice(16)).toBe("0101000000");
  });

  it("is read back as it was written, however its bytes arrive", async () => {
    for (const pieceLength of [1, 7, file.length]) {
      const { records, end, startedAt } = await read(file, pieceLength);
      expect(end).toEqual({ kind: "whole" });
      expect(startedAt).toBe(1_700_000_000_000);
      expect(records.map(({ kind, atMs }) => [kind, atMs])).toEqual([
        ["stream", 250],
        ["update", 250],
        ["update", 250],
        ["update", 1250],
      ]);
    }
  });

  it("contains the picture that was shown, whatever was published", async () => {
    await fc.assert(
      fc.asyncProperty(anySteps, fc.integer({ min: 1, max: 5000 }), async (steps, pieceLength) => {
        const { file, last, updates } = await recordedSession(steps);
        const { records, end } = await read(file, pieceLength);
        expect(end.kind).toBe("whole");
        expect(records.filter(({ kind }) => kind === "update")).toHaveLength(updates);
        const picture = new RecordedPicture();
        for (const record of records) expect(picture.take(record)).toBeUndefined();
        expect(picture.shown?.stream).toEqual(last.stream);
        expect(picture.shown?.since(0)).toEqual(last.since(0));
      }),
      runs(15, 60),
    );
  });

  it("of a lost connection contains nothing of a picture that was never complete", async () => {
    const { file, last } = await recordedSession([
      { kind: "resize", to: 0 },
      { kind: "send", count: 1000 },
      { kind: "resize", to: 1 },
      { kind: "send", count: 1 },
      { kind: "reconnect" },
      { kind: "send", count: 2, from: 1 },
    ]);
    const picture = new RecordedPicture();
    for (const record of (await read(file)).records) picture.take(record);
    expect(last.stream.width).toBe(300);
    expect(picture.shown?.stream).toEqual(last.stream);
  });

  it("that was cut off anywhere is read up to its last complete record", async () => {
    const { records } = await read(file);
    const ends = records.map(({ offset, length }) => offset + 13 + length);
    for (let length = HEADER_BYTES; length <= file.length; length++) {
      const cut = await read(file.subarray(0, length));
      const whole = ends.filter((end) => end <= length);
      expect(cut.records).toHaveLength(whole.length);
      const last = whole.at(-1) ?? HEADER_BYTES;
      expect(cut.end).toEqual(
        last === length ? { kind: "whole" } : { kind: "cut-off", offset: last },
      );
    }
  });

  it("is not recognised without its first bytes", async () => {
    for (let length = 0; length < HEADER_BYTES; length++) {
      expect((await read(file.subarray(0, length))).end.kind).toBe("foreign");
    }
    const { end } = await read(Buffer.from("GIF89a and so on, for as long as it likes"));
    expect(end).toEqual({ kind: "foreign", reason: "is not a Screen Share recording" });
  });

  it("of another version is rejected as such", async () => {
    const newer = Buffer.from(file);
    newer.writeUInt16LE(2, 8);
    const { end } = await read(newer);
    expect(end).toHaveProperty("reason", expect.stringContaining("format 2"));
  });

  it.each([
    [
      "a length that nobody should hold",
      (b: Buffer) => b.writeUInt32LE(0xffffffff, 27),
      /too long/,
    ],
    ["a kind that is none", (b: Buffer) => b.writeUInt8(9, 26), /kind/],
    ["a time that is none", (b: Buffer) => b.writeDoubleLE(Number.NaN, 18), /time/],
    ["a time that is years away", (b: Buffer) => b.writeDoubleLE(1e15, 18), /time/],
    ["a time before the last one", (b: Buffer) => b.writeDoubleLE(1e9, 18), /time/],
    ["an impossible beginning", (b: Buffer) => b.writeDoubleLE(-1, 10), /time/],
    ["a beginning beyond all calendars", (b: Buffer) => b.writeDoubleLE(1e300, 10), /time/],
    ["a description that is none", (b: Buffer) => b.writeUInt8(0, 31), /JSON/],
  ])("with %s is damaged there", async (_, damage, reason) => {
    const damaged = Buffer.from(file);
    damage(damaged);
    const { end } = await read(damaged);
    expect(end.kind).toBe("damaged");
    expect(end).toHaveProperty("reason", expect.stringMatching(reason));
  });

  it("spans at most a leap year", async () => {
    const leapYearMs = 366 * 86_400_000;
    const { records } = await read(file);
    const { offset } = records.at(-1) ?? { offset: 0 };
    const long = Buffer.from(file);
    long.writeDoubleLE(leapYearMs, offset);
    expect((await read(long)).end.kind).toBe("whole");
    long.writeDoubleLE(leapYearMs + 1, offset);
    expect((await read(long)).end).toMatchObject({ kind: "damaged", offset });
  });

  it("is not read beyond a hello: only descriptions and updates belong there", async () => {
    const hello = Buffer.from(JSON.stringify({ type: "status", state: "live" }));
    const record = encodeRecordHeader("stream", { atMs: 0, length: hello.length });
    const { end } = await read(Buffer.concat([encodeRecordingHeader(0), record, hello]));
    expect(end).toMatchObject({ kind: "damaged", offset: HEADER_BYTES });
  });

  it("with any bits flipped does no harm to the player", async () => {
    const bit = fc.nat(file.length * 8 - 1);
    await fc.assert(
      fc.asyncProperty(fc.array(bit, { minLength: 1, maxLength: 8 }), async (bits) => {
        const flipped = Buffer.from(file);
        for (const bit of bits) flipped[bit >> 3] = (flipped[bit >> 3] ?? 0) ^ (1 << (bit & 7));
        expect(["whole", "cut-off", "damaged", "foreign", "unfit"]).toContain(
          await playThrough(flipped),
        );
      }),
      runs(100, 400),
    );
  });
});
