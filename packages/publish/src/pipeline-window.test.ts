import { geometryOf, Replica, type StreamDescription } from "@screen-share/protocol";
import { describe, expect, it } from "vitest";
import { frameOf } from "../test/frames.ts";
import {
  BIG,
  begin,
  FINE,
  LEVELS,
  nextChange,
  now,
  PipelineStage,
  pixelsExpected,
  pixelsOf,
  SIZE,
  someFrames,
  touched,
  turbo,
} from "../test/pipeline-stage.ts";
import { eachOn } from "../test/publisher-stage.ts";
import { STILL_MS } from "./core/quality.ts";
import { JpegJsEncoder } from "./node/encode/choose.ts";
import type { TileEncoder } from "./ports.ts";

const on = eachOn(PipelineStage);

describe("the pipeline, if a picture does not fit at once", () => {
  it("sends no more than fits the window, and grabs nothing while it is full", async () => {
    on().run(turbo(), BIG);
    const connection = await on().relay.welcomed();
    await connection.receive("status");
    const { epoch, stream } = await connection.receive("stream");
    const replica = new Replica();
    replica.describe(epoch, stream);
    let grabs = 0;
    while (grabs !== on().source.grabs) {
      ({ grabs } = on().source);
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

  it("sends the rest of a picture as soon as there is room, without waiting for the next grab", async () => {
    on().run(turbo(), BIG, { fps: 1 });
    const connection = await on().relay.welcomed();
    await connection.receive("status");
    const { epoch, stream } = await connection.receive("stream");
    const replica = new Replica();
    replica.describe(epoch, stream);
    let count = 0;
    while (!replica.shown) {
      replica.apply(await connection.receive("update"));
      connection.ack(++count);
    }
    expect(count).toBeGreaterThan(3);
    // If each part waited for the next grab, there would be one grab for each.
    expect(on().source.grabs).toBeLessThan(count);
  });

  it("P-34: starts over with the whole picture if a refresh is requested between two cuts", async () => {
    on().run(turbo(), BIG, { fps: 1 });
    const connection = await on().relay.welcomed();
    await connection.receive("status");
    await connection.receive("stream");
    await connection.receive("update");
    connection.send({ type: "refresh" });
    // A refresh may have to wait for a second, while the earlier cuts continue.
    const acking = setInterval(() => connection.ackAll(), 20);
    const { epoch, stream } = await connection.skipTo("stream");
    clearInterval(acking);
    connection.ackAll();
    const replica = new Replica();
    replica.describe(epoch, stream);
    while (!replica.shown) {
      replica.apply(await connection.receive("update"));
      connection.ackAll();
    }
    expect(pixelsOf(replica).equals(pixelsExpected(frameOf(BIG)))).toBe(true);
  });

  it("sends a picture as large as four windows in as few updates as possible", async () => {
    const LARGE = { width: 2000, height: 1400 };
    const updatesOf = async (size: typeof BIG): Promise<number> => {
      const connection = await on().relay.welcomed();
      await connection.receive("status");
      const { epoch, stream } = await connection.receive("stream");
      const replica = new Replica();
      replica.describe(epoch, stream);
      let count = 0;
      while (!replica.shown) {
        replica.apply(await connection.receive("update"));
        connection.ack(++count);
      }
      expect(replica.shown.stream).toMatchObject(size);
      return count;
    };
    on().run(turbo(), LARGE);
    expect(await updatesOf(LARGE)).toBeLessThan(40);
  });

  it("cuts an update that turns out longer than estimated", async () => {
    const encoder = turbo();
    const long = (bytes: Uint8Array) => Buffer.concat(new Array(60).fill(Buffer.from(bytes)));
    const wordy: TileEncoder = {
      name: encoder.name,
      describe: (size) => encoder.describe(size),
      encode: async (...args) =>
        (await encoder.encode(...args)).map((tile) => ({ ...tile, bytes: long(tile.bytes) })),
    };
    on().run(wordy);
    const connection = await on().relay.welcomed();
    await connection.receive("status");
    await connection.receive("stream");
    const { cut, tiles } = await connection.receive("update");
    expect(cut).toBe(true);
    expect(tiles.reduce((sum, { bytes }) => sum + bytes.length, 0)).toBeLessThan(16_000);
  });

  it("sends everything in turn, whatever keeps changing meanwhile", async () => {
    on().run(turbo(), BIG);
    const connection = await on().relay.welcomed();
    await connection.receive("status");
    await connection.receive("stream");
    const seen: number[] = [];
    let count = 1;
    for (let full = false; !full; count++) {
      const { tiles } = await connection.receive("update");
      seen.push(...tiles.map(({ index }) => index));
      full = new Set(seen).size === geometryOf(BIG).tileCount;
      // Meanwhile the first tile changes all the time.
      on().source.shown = touched(frameOf(BIG), count % 100, 1);
      connection.ack(count);
    }
    const others = seen.filter((index) => index !== 0);
    expect(others).toHaveLength(geometryOf(BIG).tileCount - 1);
    expect(seen.length - others.length).toBeLessThanOrEqual(count);
  });

  it("repaints static areas at higher quality, never before fresh damage, and only once", async () => {
    on().run(turbo(FINE.qualities), SIZE, { levels: FINE });
    const connection = await on().relay.welcomed();
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
    on().source.shown = touched(frameOf(SIZE), 5, 5);
    const damage = await nextChange(connection, acked);
    connection.ack(++acked.count);
    expect(damage.tiles).toMatchObject([{ index: 0, table: FINE.base }]);
    const again = await nextChange(connection, acked);
    expect(again.tiles).toMatchObject([{ index: 0, table: FINE.qualities.length - 1 }]);
  });

  it("sends whole JPEGs if no native encoder loads, each a keyframe", async () => {
    on().run(new JpegJsEncoder(LEVELS.qualities));
    const connection = await on().relay.welcomed();
    const replica = await begin(connection);
    expect(replica.shown?.stream).toEqual<StreamDescription>({
      codec: "jpeg",
      ...SIZE,
      tables: [],
    });
    on().source.shown = touched(frameOf(SIZE), 100, 20);
    connection.ack(1);
    expect(await nextChange(connection, { count: 1 })).toMatchObject({ keyframe: true });
    connection.ack(2);
    // Nothing changes any more: a relay would refuse a keyframe without tiles (P-22, P-23).
    expect(await connection.receive("update")).toMatchObject({ keyframe: false, tiles: [] });
  });
});
