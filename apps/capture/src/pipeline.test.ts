import {
  assembleJpeg,
  geometryOf,
  Replica,
  type Size,
  type StreamDescription,
} from "@screen-share/protocol";
import { decodeTurbo, encodeWhole } from "@screen-share/protocol/testing";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { type FakeConnection, FakeRelay } from "../test/fake-relay.ts";
import { frameOf, keptLog } from "../test/frames.ts";
import { Pacer } from "./core/pacer.ts";
import { type Picture, Session } from "./core/session.ts";
import { EncoderUnavailable, type TileEncoder } from "./encode/encoder.ts";
import { JpegJsEncoder } from "./encode/jpeg-js.ts";
import { openJpegTurbo } from "./encode/jpeg-turbo.ts";
import { Pipeline } from "./pipeline.ts";
import { type Ending, Publisher } from "./publish/publisher.ts";
import { openSocket } from "./publish/socket.ts";
import { Scaler } from "./scale.ts";
import { type Frame, type Source, SourceFailure } from "./source/source.ts";

const now = () => performance.timeOrigin + performance.now();

/** A screen that shows what the test puts on it, and notices who grabs too much. */
class FakeSource implements Source {
  readonly name = "fake";
  grabs = 0;
  #grabbing = 0;

  constructor(public shown: Frame | SourceFailure) {}

  async grab(): Promise<Frame | SourceFailure> {
    this.grabs++;
    this.#grabbing++;
    await new Promise((resolve) => setImmediate(resolve));
    if (this.#grabbing > 1) throw new Error("two grabs in flight");
    this.#grabbing--;
    const shown = this.shown;
    return shown instanceof SourceFailure ? shown : { ...shown, capturedAt: now() };
  }

  /** Waits until it was grabbed so many times more. */
  async grabbed(times: number): Promise<void> {
    for (const goal = this.grabs + times; this.grabs < goal; ) {
      await new Promise((resolve) => setTimeout(resolve, 2));
    }
  }
}

const SIZE: Size = { width: 390, height: 60 };
let relay: FakeRelay;
let source: FakeSource;
let publisher: Publisher;
let ending: Promise<Ending>;
let running: Promise<void>;
let log: ReturnType<typeof keptLog>;

function turbo(): TileEncoder {
  const encoder = openJpegTurbo(60);
  if (encoder instanceof EncoderUnavailable) throw new Error(encoder.reason);
  return encoder;
}

function start(encoder = turbo()): void {
  source = new FakeSource(frameOf(SIZE));
  const sharing = { token: undefined, room: "main", name: "a-host" };
  const identity = { producerId: "0123456789abcdef0123456789abcdef", generation: "one" };
  const common = { log, now, random: () => 0 };
  const onViewerLink = () => {};
  publisher = new Publisher({
    url: relay.url,
    ...sharing,
    identity: () => identity,
    openSocket,
    onViewerLink,
    ...common,
  });
  const parts = { source, encoder, publisher, scaler: new Scaler(2560), pacer: new Pacer(60) };
  ending = publisher.run();
  running = new Pipeline({ ...parts, ...common }).run();
}

beforeEach(async () => {
  log = keptLog();
  relay = await FakeRelay.start();
});
afterEach(async () => {
  publisher.stop();
  await ending;
  await running;
  await relay.stop();
});

/** The next update that has tiles; those without are acknowledged on the way. @param count acks so far */
async function nextChange(connection: FakeConnection, acked: { count: number }) {
  for (;;) {
    const update = await connection.receive("update");
    if (update.tiles.length > 0) return update;
    connection.ack(++acked.count);
  }
}

async function begin(connection: FakeConnection): Promise<Replica> {
  const replica = new Replica();
  await connection.receive("status");
  const { epoch, stream } = await connection.receive("stream");
  replica.describe(epoch, stream);
  replica.apply(await connection.receive("update"));
  return replica;
}

function pixelsOf(replica: Replica): Buffer {
  const store = replica.shown;
  const [tables] = store?.stream.tables ?? [];
  if (!store || !tables) throw new Error("nothing is shown");
  const { width, height } = store.stream;
  const segments = store.since(0).map(({ bytes }) => bytes);
  return decodeTurbo(assembleJpeg({ width, height, tables, segments })).data;
}

function pixelsExpected(frame: Frame): Buffer {
  return decodeTurbo(encodeWhole({ ...frame, data: frame.pixels })).data;
}

/** The same picture with one px inverted. */
function touched(frame: Frame, x: number, y: number): Frame {
  const pixels = Buffer.from(frame.pixels);
  const at = (y * frame.width + x) * 4;
  pixels.writeUIntBE(0xffffff - pixels.readUIntBE(at, 3), at, 3);
  return { ...frame, pixels };
}

describe("the pipeline", () => {
  it("sends the whole picture first, then only damage, and the relay holds the very pixels", async () => {
    start();
    const connection = await relay.welcomed();
    const replica = await begin(connection);
    const first = frameOf(SIZE);
    expect(pixelsOf(replica).equals(pixelsExpected(first))).toBe(true);

    const second = touched(first, 200, 30);
    source.shown = second;
    const { grabs } = source;
    connection.ack(1);
    const update = await nextChange(connection, { count: 1 });
    expect(source.grabs - grabs).toBeLessThan(10);
    expect(update).toMatchObject({ keyframe: false, epoch: 1 });
    expect(update.tiles).toHaveLength(1);
    replica.apply(update);
    expect(pixelsOf(replica).equals(pixelsExpected(second))).toBe(true);
  });

  it("grabs nothing while the last update is not applied, and then sends only the newest", async () => {
    start();
    const connection = await relay.welcomed();
    const replica = await begin(connection);
    const { grabs } = source;
    source.shown = touched(frameOf(SIZE), 1, 1);
    await someFrames();
    expect(source.grabs).toBe(grabs);
    source.shown = touched(frameOf(SIZE), 300, 50);
    connection.ack(1);
    replica.apply(await nextChange(connection, { count: 1 }));
    expect(pixelsOf(replica).equals(pixelsExpected(source.shown))).toBe(true);
  });

  it("sends nothing while nothing changes, but says in time that the picture is current", async () => {
    start();
    const connection = await relay.welcomed();
    await begin(connection);
    const sentAt = now();
    connection.ack(1);
    const update = await connection.receive("update");
    expect(update).toMatchObject({ keyframe: false, tiles: [] });
    expect(now() - sentAt).toBeGreaterThan(1000);
    expect(source.grabs).toBeGreaterThan(10);
  });

  it("describes its stream and sends the whole picture when the relay asks for it (P-34)", async () => {
    start();
    const connection = await relay.welcomed();
    await begin(connection);
    connection.send({ type: "refresh" });
    connection.send({ type: "refresh" });
    connection.ack(1);
    expect(await connection.receive("stream")).toMatchObject({ epoch: 2 });
    const update = await connection.receive("update");
    expect(update).toMatchObject({ keyframe: true, epoch: 2 });
    const acked = { count: 2 };
    connection.ack(acked.count);
    source.shown = touched(frameOf(SIZE), 5, 5);
    expect(await nextChange(connection, acked)).toMatchObject({ keyframe: false });
  });

  it("rule 4 (P-33): its baseline is the very pixels that were sent, and moves only once they were taken", async () => {
    const first = frameOf(SIZE);
    const [second, third] = [touched(first, 200, 30), touched(first, 5, 50)];
    const session = new Session();
    const offered: Picture[] = [];
    const refused = 2;
    source = new FakeSource(first);
    const picky = {
      turn: async () => (offered.length < 4 ? session : undefined),
      publish: (_: Session, picture: Picture) => {
        offered.push(picture);
        source.shown = offered.length < 3 ? second : third;
        if (offered.length === refused) return undefined;
        const composed = session.compose(picture);
        session.commit(composed);
        return composed.update.length;
      },
    };
    const common = { log, now, random: () => 0 };
    const parts = { source, encoder: turbo(), scaler: new Scaler(2560), pacer: new Pacer(60) };
    await new Pipeline({ ...parts, ...common, publisher: picky }).run();
    const [whole, change, again, back] = offered.map(({ tiles }) =>
      tiles.map(({ index }) => index),
    );
    expect(whole).toHaveLength(geometryOf(SIZE).tileCount);
    expect(change).toHaveLength(1);
    expect(again).toEqual(change);
    // From `second` to `third` both places change; from a baseline that had not moved, only one would.
    expect(back).toHaveLength(2);
  });

  it("begins an epoch when the size changes", async () => {
    start();
    const connection = await relay.welcomed();
    const replica = await begin(connection);
    const other = frameOf({ width: 7, height: 5 });
    source.shown = other;
    connection.ack(1);
    const { epoch, stream } = await connection.receive("stream");
    expect(epoch).toBe(2);
    replica.describe(epoch, stream);
    replica.apply(await connection.receive("update"));
    expect(pixelsOf(replica).equals(pixelsExpected(other))).toBe(true);
    expect(log.lines.filter((line) => line.includes("sharing"))).toHaveLength(2);
  });

  it("sends the whole picture over every new connection, as epoch 1", async () => {
    start();
    const first = await relay.welcomed();
    await begin(first);
    first.terminate();
    const second = await relay.welcomed();
    await second.receive("status");
    expect(await second.receive("stream")).toMatchObject({ epoch: 1 });
    expect(await second.receive("update")).toMatchObject({ keyframe: true });
  });

  it("takes up where it was when the screen is gone for a while, and says both once", async () => {
    start();
    const connection = await relay.welcomed();
    const replica = await begin(connection);
    source.shown = new SourceFailure("no-display", "There is no display to capture.");
    connection.ack(1);
    await source.grabbed(2);
    source.shown = touched(frameOf(SIZE), 100, 20);
    const update = await nextChange(connection, { count: 1 });
    replica.apply(update);
    expect(update.tiles).toHaveLength(1);
    expect(pixelsOf(replica).equals(pixelsExpected(source.shown))).toBe(true);
    expect(log.lines.filter((line) => line.includes("no display"))).toHaveLength(1);
    expect(log.lines.filter((line) => line === "info: the screen is back")).toHaveLength(1);
  });

  it("sends whole JPEGs where no native encoder loads, each a keyframe", async () => {
    start(new JpegJsEncoder(60));
    const connection = await relay.welcomed();
    const replica = await begin(connection);
    expect(replica.shown?.stream).toEqual<StreamDescription>({
      codec: "jpeg",
      ...SIZE,
      tables: [],
    });
    source.shown = touched(frameOf(SIZE), 100, 20);
    connection.ack(1);
    expect(await nextChange(connection, { count: 1 })).toMatchObject({ keyframe: true });
  });
});

/** Long enough for several frames, had they been wanted. */
async function someFrames(): Promise<void> {
  for (let i = 0; i < 20; i++) await new Promise((resolve) => setTimeout(resolve, 5));
}
