import { ClockOffset, geometryOf } from "@screen-share/protocol";
import { describe, expect, it } from "vitest";
import { frameOf, keptLog } from "../test/frames.ts";
import {
  begin,
  FakeSource,
  LEVELS,
  nextChange,
  now,
  PipelineStage,
  pixelsExpected,
  pixelsOf,
  SIZE,
  touched,
  turbo,
  UNSCALED,
} from "../test/pipeline-stage.ts";
import { eachOn } from "../test/publisher-stage.ts";
import { Pacer } from "./core/pacer.ts";
import { nodePlatform } from "./node/platform.ts";
import { Pipeline } from "./pipeline.ts";
import { type PublishedPicture, PublishSession } from "./session.ts";

const on = eachOn(PipelineStage);

describe("the pipeline", () => {
  it("sends the whole picture first, then only damage, and the relay has exactly the same pixels", async () => {
    on().run();
    const connection = await on().relay.welcomed();
    const replica = await begin(connection);
    const first = frameOf(SIZE);
    expect(pixelsOf(replica).equals(pixelsExpected(first))).toBe(true);

    const second = touched(first, 200, 30);
    on().source.shown = second;
    const { grabs } = on().source;
    connection.ack(1);
    const update = await nextChange(connection, { count: 1 });
    expect(on().source.grabs - grabs).toBeLessThan(10);
    expect(update).toMatchObject({ keyframe: false, epoch: 1 });
    expect(update.tiles).toHaveLength(1);
    replica.apply(update);
    expect(pixelsOf(replica).equals(pixelsExpected(second))).toBe(true);
  });

  it("sends nothing while nothing changes, but confirms in time that the picture is current", async () => {
    on().run();
    const connection = await on().relay.welcomed();
    await begin(connection);
    const sentAt = now();
    connection.ack(1);
    const update = await connection.receive("update");
    expect(update).toMatchObject({ keyframe: false, tiles: [] });
    expect(now() - sentAt).toBeGreaterThan(1000);
    expect(on().source.grabs).toBeGreaterThan(10);
  });

  it("describes its stream and sends the whole picture when the relay requests it (P-34)", async () => {
    // So small that it fits the smallest window, however late the ack on a busy machine.
    const tiny = { width: 160, height: 16 };
    on().run(turbo(), tiny);
    const connection = await on().relay.welcomed();
    await begin(connection);
    connection.send({ type: "refresh" });
    connection.send({ type: "refresh" });
    connection.ack(1);
    expect(await connection.receive("stream")).toMatchObject({ epoch: 2 });
    const update = await connection.receive("update");
    expect(update).toMatchObject({ keyframe: true, epoch: 2 });
    const acked = { count: 2 };
    connection.ack(acked.count);
    on().source.shown = touched(frameOf(tiny), 5, 5);
    expect(await nextChange(connection, acked)).toMatchObject({ keyframe: false });
  });

  it("rule 4 (P-33): its baseline is exactly the pixels that were sent, and moves only once the socket accepted them", async () => {
    const first = frameOf(SIZE);
    const [second, third] = [touched(first, 200, 30), touched(first, 5, 50)];
    const offered: PublishedPicture[] = [];
    const refused = 2;
    const source = new FakeSource(first);
    const session = new PublishSession(new ClockOffset(), () => offered.length !== refused);
    const publish = session.publish.bind(session);
    session.publish = (picture, at) => {
      offered.push(picture);
      source.shown = offered.length < 3 ? second : third;
      return publish(picture, at);
    };
    const publisher = { turn: async () => (offered.length < 4 ? session : undefined) };
    const grabbing = { source, scaler: UNSCALED, pacer: new Pacer(60) };
    const parts = { ...grabbing, encoder: turbo(), levels: LEVELS, publisher };
    await new Pipeline({ ...parts, log: keptLog(), platform: nodePlatform }).run();
    const [whole, change, again, back] = offered.map(({ tiles }) =>
      tiles.map(({ index }) => index),
    );
    expect(whole).toHaveLength(geometryOf(SIZE).tileCount);
    expect(change).toHaveLength(1);
    expect(again).toEqual(change);
    // From `second` to `third` both places change; from a baseline that had not moved, only one would.
    expect(back).toHaveLength(2);
  });
});
