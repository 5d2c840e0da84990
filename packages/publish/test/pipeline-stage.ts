/** The pipeline between a screen that shows what the test wants and a relay that does, all new for each test. */
import { assembleJpeg, Replica, type Size } from "@screen-share/protocol";
import { decodeTurbo, encodeWhole } from "@screen-share/protocol/testing";
import { afterEach, beforeEach } from "vitest";
import { Pacer } from "../src/core/pacer.ts";
import { levelsOf } from "../src/core/quality.ts";
import { openJpegTurbo } from "../src/node/encode/jpeg-turbo.ts";
import { nodePlatform } from "../src/node/platform.ts";
import { directOpener } from "../src/node/socket.ts";
import { Pipeline } from "../src/pipeline.ts";
import {
  EncoderUnavailable,
  type Frame,
  type Scaler,
  type Source,
  SourceFailure,
  type TileEncoder,
} from "../src/ports.ts";
import { Publisher } from "../src/publisher/publisher.ts";
import { type FakeConnection, FakeRelay } from "./fake-relay.ts";
import { frameOf, keptLog } from "./frames.ts";
import { IGNORED_LINKS } from "./publisher-stage.ts";

export const { now } = nodePlatform;

/** A screen that shows what the test puts on it, and notices who grabs too much. */
export class FakeSource implements Source {
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

export const FINE = levelsOf({ quality: 60, maxQuality: 90, adaptive: false });
/** No repainting: tests of that have more. */
export const LEVELS = levelsOf({ quality: 60, maxQuality: undefined, adaptive: false });
export const UNSCALED: Scaler = { scale: async (frame) => frame };
export const SIZE: Size = { width: 390, height: 60 };
/** More than the first window takes. */
export const BIG: Size = { width: 1000, height: 700 };
export function turbo(qualities = LEVELS.qualities): TileEncoder {
  const encoder = openJpegTurbo(qualities);
  if (encoder instanceof EncoderUnavailable) throw new Error(encoder.reason);
  return encoder;
}

export class PipelineStage {
  readonly log = keptLog();
  source = new FakeSource(frameOf(SIZE));
  #running: { readonly publisher: Publisher; readonly ended: Promise<unknown> } | undefined;

  constructor(readonly relay: FakeRelay) {}

  start(encoder = turbo(), size = SIZE, { levels = LEVELS, fps = 60 } = {}): void {
    const { log, relay } = this;
    this.source = new FakeSource(frameOf(size));
    const platform = { ...nodePlatform, random: () => 0 };
    const publisher = new Publisher({
      open: directOpener({ server: relay.url }),
      url: relay.url,
      room: "main",
      name: "a-host",
      links: IGNORED_LINKS,
      log,
      timing: platform,
    });
    const parts = {
      source: this.source,
      encoder,
      levels,
      publisher,
      scaler: UNSCALED,
      pacer: new Pacer(fps),
    };
    const running = new Pipeline({ ...parts, log, platform }).run();
    this.#running = { publisher, ended: Promise.all([publisher.run(), running]) };
  }

  async end(): Promise<void> {
    this.#running?.publisher.stop();
    await this.#running?.ended;
    await this.relay.stop();
  }
}

/** Sets the stage for each test of a file. */
export function eachOnPipelineStage(): () => PipelineStage {
  let stage: PipelineStage;
  beforeEach(async () => {
    stage = new PipelineStage(await FakeRelay.start());
  });
  afterEach(() => stage.end());
  return () => stage;
}

/** The next update that has tiles; those without are acknowledged on the way. @param count acks so far */
export async function nextChange(connection: FakeConnection, acked: { count: number }) {
  for (;;) {
    const update = await connection.receive("update");
    if (update.tiles.length > 0) return update;
    connection.ack(++acked.count);
  }
}

export async function begin(connection: FakeConnection): Promise<Replica> {
  const replica = new Replica();
  await connection.receive("status");
  const { epoch, stream } = await connection.receive("stream");
  replica.describe(epoch, stream);
  replica.apply(await connection.receive("update"));
  return replica;
}

export function pixelsOf(replica: Replica): Buffer {
  const store = replica.shown;
  const [tables] = store?.stream.tables ?? [];
  if (!store || !tables) throw new Error("nothing is shown");
  const { width, height } = store.stream;
  const segments = store.since(0).map(({ bytes }) => bytes);
  return decodeTurbo(assembleJpeg({ width, height, tables, segments })).data;
}

export function pixelsExpected(frame: Frame): Buffer {
  return decodeTurbo(encodeWhole({ ...frame, data: Buffer.from(frame.pixels) })).data;
}

/** The same picture with one px inverted. */
export function touched(frame: Frame, x: number, y: number): Frame {
  const pixels = Buffer.from(frame.pixels);
  const at = (y * frame.width + x) * 4;
  pixels.writeUIntBE(0xffffff - pixels.readUIntBE(at, 3), at, 3);
  return { ...frame, pixels };
}

/** Long enough for several frames, had they been wanted. */
export async function someFrames(): Promise<void> {
  for (let i = 0; i < 20; i++) await new Promise((resolve) => setTimeout(resolve, 5));
}
