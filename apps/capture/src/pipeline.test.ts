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
import { levelsOf, STILL_MS } from "./core/quality.ts";
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

const FINE = levelsOf({ quality: 60, maxQuality: 90, adaptive: false });
/** No repainting: tests of that have more. */
const LEVELS = levelsOf({ quality: 60, maxQuality: undefined, adaptive: false });
const SIZE: Size = { width: 390, height: 60 };
/** More than the first window takes. */
const BIG: Size = { width: 1000, height: 700 };
let relay: FakeRelay;
let source: FakeSource;
let publisher: Publisher;
let ending: Promise<Ending>;
let running: Promise<void>;
let log: ReturnType<typeof keptLog>;

function turbo(qualities = LEVELS.qualities): TileEncoder {
  const encoder = openJpegTurbo(qualities);
  if (encoder instanceof EncoderUnavailable) throw new Error(encoder.reason);
  return encoder;
}

function start(encoder = turbo(), size = SIZE, { levels = LEVELS, fps = 60 } = {}): void {
  source = new FakeSource(frameOf(size));
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
  const parts = {
    source,
    encoder,
    levels,
    publisher,
    scaler: new Scaler(2560),
    pacer: new Pacer(fps),
  };
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

  it("sends no more than the window takes, and grabs nothing while it is full", async () => {
    start(turbo(), BIG);
    const connection = await relay.welcomed();
    await connection.receive("status");
    const { epoch, stream } = await connection.receive("stream");
    const replica = new Replica();
    replica.describe(epoch, stream);
    let grabs = 0;
    while (grabs !== source.grabs) {
      ({ grabs } = source);
      await someFrames();
    }
    for (let count = 1; !replica.shown; count++) {
      const update = await connection.receive("update");
      expect(update).toMatchObject({ keyframe: false, epoch: 1 });
      replica.apply(update);
      expect(update.cut).toBe(!replica.shown);
      connection.ack(count);
    }
    expect(pixelsOf(replica).equals(pixelsExpected(frameOf(BIG)))).toBe(true);
  });

  it("sends the rest of a picture as soon as there is room for it, and does not wait for the next", async () => {
    start(turbo(), BIG, { fps: 1 });
    const connection = await relay.welcomed();
    await connection.receive("status");
    const { epoch, stream } = await connection.receive("stream");
    const replica = new Replica();
    replica.describe(epoch, stream);
    const startedAt = now();
    let count = 0;
    while (!replica.shown) {
      replica.apply(await connection.receive("update"));
      connection.ack(++count);
    }
    expect(count).toBeGreaterThan(3);
    expect(now() - startedAt).toBeLessThan(900);
    expect(source.grabs).toBe(1);
  });

  it("cuts what turns out to take more than it was thought to", async () => {
    const encoder = turbo();
    const long = (bytes: Uint8Array) => Buffer.concat(new Array(60).fill(Buffer.from(bytes)));
    const wordy: TileEncoder = {
      name: encoder.name,
      describe: (size) => encoder.describe(size),
      encode: (...args) =>
        encoder.encode(...args).map((tile) => ({ ...tile, bytes: long(tile.bytes) })),
    };
    start(wordy);
    const connection = await relay.welcomed();
    await connection.receive("status");
    await connection.receive("stream");
    const { cut, tiles } = await connection.receive("update");
    expect(cut).toBe(true);
    expect(tiles.reduce((sum, { bytes }) => sum + bytes.length, 0)).toBeLessThan(16_000);
  });

  it("sends everything in its turn, whatever keeps changing meanwhile", async () => {
    start(turbo(), BIG);
    const connection = await relay.welcomed();
    await connection.receive("status");
    await connection.receive("stream");
    const seen: number[] = [];
    let count = 1;
    for (let full = false; !full; count++) {
      const { tiles } = await connection.receive("update");
      seen.push(...tiles.map(({ index }) => index));
      full = new Set(seen).size === geometryOf(BIG).tileCount;
      // Meanwhile the first tile changes all the time.
      source.shown = touched(frameOf(BIG), count % 100, 1);
      connection.ack(count);
    }
    const others = seen.filter((index) => index !== 0);
    expect(others).toHaveLength(geometryOf(BIG).tileCount - 1);
    expect(seen.length - others.length).toBeLessThanOrEqual(count);
  });

  it("repaints finely what is still, never before fresh damage, and only once", async () => {
    start(turbo(FINE.qualities), SIZE, { levels: FINE });
    const connection = await relay.welcomed();
    await connection.receive("status");
    await connection.receive("stream");
    const first = await connection.receive("update");
    expect(first.tiles.every(({ table }) => table === FINE.base)).toBe(true);
    const sentAt = now();
    const acked = { count: 1 };
    connection.ack(1);
    const fine = new Map<number, number>();
    while (fine.size < first.tiles.length) {
      for (const { index, table } of (await nextChange(connection, acked)).tiles) {
        expect(fine.has(index)).toBe(false);
        fine.set(index, table);
      }
      connection.ack(++acked.count);
    }
    expect([...fine.values()].every((table) => table === FINE.qualities.length - 1)).toBe(true);
    expect(now() - sentAt).toBeGreaterThanOrEqual(STILL_MS - 100);
    source.shown = touched(frameOf(SIZE), 5, 5);
    const damage = await nextChange(connection, acked);
    connection.ack(++acked.count);
    expect(damage.tiles).toMatchObject([{ index: 0, table: FINE.base }]);
    const again = await nextChange(connection, acked);
    expect(again.tiles).toMatchObject([{ index: 0, table: FINE.qualities.length - 1 }]);
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
        session.commit(composed, now());
        return composed.update.length;
      },
    };
    const common = { log, now, random: () => 0 };
    const grabbing = { source, scaler: new Scaler(2560), pacer: new Pacer(60) };
    const parts = { ...grabbing, encoder: turbo(), levels: LEVELS };
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
    start(new JpegJsEncoder(LEVELS.qualities));
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
