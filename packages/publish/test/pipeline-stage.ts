/** The pipeline between a screen and a relay that a test controls. */
import { assembleJpeg, Replica, type Size } from "@screen-share/protocol";
import { decodeTurbo, encodeWhole } from "@screen-share/protocol/testing";
import { Pacer } from "../src/core/pacer.ts";
import { levelsOf } from "../src/core/quality.ts";
import { openJpegTurbo } from "../src/node/encode/jpeg-turbo.ts";
import { nodePlatform } from "../src/node/platform.ts";
import { Pipeline } from "../src/pipeline.ts";
import {
  EncoderUnavailable,
  type Frame,
  type Scaler,
  type Source,
  SourceFailure,
  type TileEncoder,
} from "../src/ports.ts";
import type { FakeConnection } from "./fake-relay.ts";
import { frameOf } from "./frames.ts";
import { IGNORED_LINKS, PublisherStage, until } from "./publisher-stage.ts";

export const { now } = nodePlatform;

/** A screen that shows what the test puts on it, and fails if two grabs overlap. */
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

  /** Waits until it was grabbed this many more times. */
  async grabbed(times: number): Promise<void> {
    const goal = this.grabs + times;
    await until(() => this.grabs >= goal);
  }
}

export const FINE = levelsOf({ quality: 60, maxQuality: 90, adaptive: false });
/** Without repainting. */
export const LEVELS = levelsOf({ quality: 60, maxQuality: undefined, adaptive: false });
export const UNSCALED: Scaler = { scale: async (frame) => frame };
export const SIZE: Size = { width: 390, height: 60 };
/** More than fits the first window. */
export const BIG: Size = { width: 1000, height: 700 };
export function turbo(qualities = LEVELS.qualities): TileEncoder {
  const encoder = openJpegTurbo(qualities);
  if (encoder instanceof EncoderUnavailable) throw new Error(encoder.reason);
  return encoder;
}

export class PipelineStage extends PublisherStage {
  source = new FakeSource(frameOf(SIZE));
  #pipeline: Promise<unknown> | undefined;

  run(encoder = turbo(), size = SIZE, { levels = LEVELS, fps = 60 } = {}): void {
    this.source = new FakeSource(frameOf(size));
    this.start({ links: IGNORED_LINKS });
    const { source, publisher } = this;
    this.#pipeline = new Pipeline({
      ...{ source, encoder, levels, publisher, scaler: UNSCALED },
      pacer: new Pacer(fps),
      log: this.log,
      platform: { ...nodePlatform, random: () => 0 },
    }).run();
  }

  override async end(): Promise<void> {
    await super.end();
    await this.#pipeline;
  }
}

/** The next update that has tiles; those without are acknowledged meanwhile. @param count acks so far */
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

export function touched(frame: Frame, x: number, y: number): Frame {
  const pixels = Buffer.from(frame.pixels);
  const at = (y * frame.width + x) * 4;
  pixels.writeUIntBE(0xffffff - pixels.readUIntBE(at, 3), at, 3);
  return { ...frame, pixels };
}

/** Long enough for several frames, if any were grabbed. */
export async function someFrames(): Promise<void> {
  for (let i = 0; i < 20; i++) await new Promise((resolve) => setTimeout(resolve, 5));
}
