import { ClockOffset, geometryOf } from "@screen-share/protocol";
import { beforeEach, describe, expect, it } from "vitest";
import { frameOf, keptLog } from "../test/frames.ts";
import { FakeSource, LEVELS, SIZE, touched, turbo, UNSCALED } from "../test/pipeline-stage.ts";
import { Pacer } from "./core/pacer.ts";
import { nodePlatform } from "./node/platform.ts";
import { Pipeline } from "./pipeline.ts";
import type { TileEncoder } from "./ports.ts";
import { type PublishedPicture, PublishSession } from "./session.ts";

const FIRST = frameOf(SIZE);
const SECOND = touched(FIRST, 200, 30);
const ALL_TILES = geometryOf(SIZE).tileCount;

/** An encoder that finishes each tile only when the test allows it. */
class SlowEncoder implements TileEncoder {
  readonly #encoder = turbo();
  readonly name = this.#encoder.name;
  readonly describe = this.#encoder.describe.bind(this.#encoder);
  /** Settles the encode that is pending. Undefined if none is. */
  finish: ((failure?: Error) => void) | undefined;
  isSlow = false;

  async encode(...args: Parameters<TileEncoder["encode"]>) {
    if (this.isSlow) {
      await new Promise<void>((resolve, reject) => {
        this.finish = (failure) => (failure ? reject(failure) : resolve());
      });
      this.finish = undefined;
    }
    return this.#encoder.encode(...args);
  }
}

/** A connection that accepts everything until it is lost. */
class FakeConnection {
  readonly published: PublishedPicture[] = [];
  lost = false;
  readonly session = new PublishSession(new ClockOffset(), () => !this.lost);

  constructor() {
    const publish = this.session.publish.bind(this.session);
    this.session.publish = (picture, now) => {
      const bytes = publish(picture, now);
      if (bytes !== undefined) this.published.push(picture);
      this.session.sender.acked(this.session.sender.sentCount, now);
      return bytes;
    };
  }
}

let encoder: SlowEncoder;
let source: FakeSource;
let connection: FakeConnection;
let stopped: boolean;
let running: Promise<void>;
beforeEach(async () => {
  encoder = new SlowEncoder();
  source = new FakeSource(FIRST);
  connection = new FakeConnection();
  stopped = false;
  running = new Pipeline({
    source,
    scaler: UNSCALED,
    encoder,
    levels: LEVELS,
    publisher: { turn: async () => (stopped ? undefined : connection.session) },
    pacer: new Pacer(60),
    log: keptLog(),
    platform: nodePlatform,
  }).run();
  running.catch(() => undefined);
  await until(() => connection.published.length === 1);
  encoder.isSlow = true;
  source.shown = SECOND;
  await until(() => encoder.finish !== undefined);
});

async function until(isSo: () => boolean): Promise<void> {
  while (!isSo()) await new Promise((resolve) => setTimeout(resolve, 2));
}

/** Lets the pending encode and all later ones finish, and waits for the next update. */
async function nextPublished({ published }: FakeConnection): Promise<PublishedPicture | undefined> {
  const before = published.length;
  encoder.isSlow = false;
  encoder.finish?.();
  await until(() => published.length > before);
  stopped = true;
  await running;
  return published[before];
}

const indicesOf = (picture: PublishedPicture | undefined) =>
  picture?.tiles.map(({ index }) => index) ?? [];

describe("an update that is being encoded", () => {
  it("is sent once it is encoded, and nothing is grabbed meanwhile", async () => {
    const { grabs } = source;
    await new Promise((resolve) => setTimeout(resolve, 100));
    expect(source.grabs).toBe(grabs);
    expect(connection.published).toHaveLength(1);
    const update = await nextPublished(connection);
    expect(update).toMatchObject({ keyframe: false });
    expect(indicesOf(update)).toHaveLength(1);
  });

  it("is void if the relay requests the whole picture, which is sent instead (P-34)", async () => {
    connection.session.refresh();
    const update = await nextPublished(connection);
    expect(update).toMatchObject({ keyframe: true });
    expect(indicesOf(update)).toHaveLength(ALL_TILES);
  });

  it("is void if its connection is replaced: the next one begins with the whole picture (P-31)", async () => {
    const lost = connection;
    lost.lost = true;
    connection = new FakeConnection();
    const update = await nextPublished(connection);
    expect(lost.published).toHaveLength(1);
    expect(update).toMatchObject({ keyframe: true });
    expect(indicesOf(update)).toHaveLength(ALL_TILES);
  });

  it("is void if the socket does not accept it, and its damage stays damage (P-33)", async () => {
    connection.lost = true;
    encoder.finish?.();
    await until(() => encoder.finish !== undefined);
    expect(connection.published).toHaveLength(1);
    connection.lost = false;
    const update = await nextPublished(connection);
    expect(update).toMatchObject({ keyframe: false });
    expect(indicesOf(update)).toHaveLength(1);
  });

  it("is not sent if the encoder fails, which ends the pipeline", async () => {
    encoder.finish?.(new Error("out of memory"));
    await expect(running).rejects.toThrow("out of memory");
    expect(connection.published).toHaveLength(1);
  });
});
