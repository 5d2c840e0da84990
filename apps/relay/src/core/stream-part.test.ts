import { readJpegSize } from "@screen-share/protocol";
import { decodeTurbo } from "@screen-share/protocol/testing";
import { FakeTime } from "@screen-share/protocol/testing/fake-time";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { mjpegViewer, newHub, plainProducer, wholeJpeg } from "../../test/participants.ts";
import { HeldBytes } from "./held-bytes.ts";
import { MAX_FILLERS_PER_PART } from "./mjpeg-viewer.ts";
import { blankJpeg, StreamPart } from "./stream-part.ts";

/** The fewest header lines per part that some reader accepts. */
const READER_LINES = 100;
const HOUR_MS = 3_600_000;

function textOf(written: readonly Uint8Array[]): string {
  return Buffer.concat(written).toString("latin1");
}

/** The header lines of each part. */
function headerLines(written: readonly Uint8Array[]): string[][] {
  const [, ...parts] = textOf(written).split("--picture\r\n");
  return parts.map((part) => (part.split("\r\n\r\n")[0] ?? "").split("\r\n").filter(Boolean));
}

describe("a part of a stream", () => {
  it("is split into chunks of bounded length", () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 200_000 }), (length) => {
        const jpeg = Uint8Array.from({ length }, (_, i) => i % 255);
        const part = new StreamPart(jpeg);
        const pieces: Uint8Array[] = [];
        for (let piece = part.next(); piece; piece = part.next()) pieces.push(piece);
        expect(Math.max(...pieces.map((piece) => piece.length))).toBeLessThanOrEqual(64 * 1024);
        const head = `Content-Type: image/jpeg\r\nContent-Length: ${length}\r\n\r\n`;
        const whole = [Buffer.from(head), jpeg, Buffer.from("\r\n--picture\r\n")];
        expect(Buffer.concat(pieces).equals(Buffer.concat(whole))).toBe(true);
      }),
      { numRuns: 30 },
    );
  });
});

describe("a grey picture", () => {
  it.each([
    [1280, 720],
    [1, 1],
    [1367, 769],
  ])("of %i×%i px is accepted by decoders", (width, height) => {
    const jpeg = blankJpeg({ width, height });
    expect(readJpegSize(jpeg)).toEqual({ width, height });
    const { data } = decodeTurbo(jpeg);
    expect([...data.subarray(0, 3)]).toEqual([128, 128, 128]);
  });
});

describe("the header of a part (P-66)", () => {
  it("stays within what readers accept while a room shows nothing for hours", () => {
    const time = new FakeTime(1000);
    const hub = newHub();
    const { sink } = mjpegViewer(hub, {}, { time });
    for (let hour = 0; hour < 3; hour++) time.advance(HOUR_MS);
    const lines = headerLines(sink.written);
    expect(Math.max(...lines.map(({ length }) => length))).toBeLessThan(READER_LINES);
    expect(lines.length).toBe(Math.floor((3 * HOUR_MS) / 5000 / (MAX_FILLERS_PER_PART + 1)) + 1);
    expect(sink.ended).toBe(false);
    const { session } = plainProducer(hub);
    session.receive(wholeJpeg(1), time.now());
    expect(textOf(sink.written)).toContain(Buffer.from(wholeJpeg(1)).toString("latin1"));
  });

  it("also does so after a picture was forgotten, and the grey picture has the same size", () => {
    const time = new FakeTime(1000);
    const { hub, session } = plainProducer();
    session.receive(wholeJpeg(1), time.now());
    const { sink } = mjpegViewer(hub, {}, { time });
    session.ended(time.now());
    hub.find("main")?.picture.clear();
    const before = sink.written.length;
    time.advance(HOUR_MS);
    const lines = headerLines(sink.written);
    expect(Math.max(...lines.map(({ length }) => length))).toBeLessThan(READER_LINES);
    const later = textOf(sink.written.slice(before));
    expect(later).not.toContain(Buffer.from(wholeJpeg(1)).toString("latin1"));
    const grey = blankJpeg({ width: 64, height: 48 });
    expect(later).toContain(Buffer.from(grey).toString("latin1"));
  });
});

describe("a stream whose client reads little at a time", () => {
  const large = wholeJpeg(1, 4000);
  const larger = Buffer.concat([large, Buffer.alloc(60_000)]);

  function behind(held = new HeldBytes(2 ** 30, () => {})) {
    const time = new FakeTime(1000);
    const { hub, session } = plainProducer(newHub({ held }));
    const stream = mjpegViewer(hub, {}, { time });
    stream.sink.writable = false;
    session.receive(larger, time.now());
    return { ...stream, hub, session, held };
  }

  it("is given one chunk at a time", () => {
    const { sink, viewer, held } = behind();
    expect(sink.written).toHaveLength(2);
    expect(held.usedBytes).toBe(larger.length + 64 * 1024);
    viewer.drained();
    expect(sink.written).toHaveLength(3);
    sink.writable = true;
    viewer.drained();
    expect(textOf(sink.written)).toContain(larger.toString("latin1"));
    expect(held.usedBytes).toBe(0);
  });

  it("receives each part completely, and then the newest picture", () => {
    const { sink, viewer, session, time } = behind();
    for (const seed of [2, 3]) session.receive(wholeJpeg(seed), time.now());
    sink.writable = true;
    viewer.drained();
    const lengths = [...textOf(sink.written).matchAll(/Content-Length: (\d+)/g)];
    expect(lengths.map(([, length]) => Number(length))).toEqual([
      larger.length,
      wholeJpeg(3).length,
    ]);
  });

  it("is cut off if too much is held, which frees its place", () => {
    const { sink, viewer, hub, held } = behind(new HeldBytes(100_000, () => {}));
    expect(sink.dropped).toBe(true);
    expect(viewer.summary).toMatchObject({ code: 4429 });
    expect(hub.find("main")?.viewerCount).toBe(0);
    expect(held.usedBytes).toBe(0);
  });
});
