import { describe, expect, it } from "vitest";
import { frameOf } from "../test/frames.ts";
import {
  begin,
  nextChange,
  PipelineStage,
  pixelsExpected,
  pixelsOf,
  SIZE,
  touched,
} from "../test/pipeline-stage.ts";
import { eachOn } from "../test/publisher-stage.ts";
import { SourceFailure } from "./ports.ts";

const on = eachOn(PipelineStage);

describe("the pipeline, when a picture starts over", () => {
  it("begins an epoch when the size changes", async () => {
    on().run();
    const connection = await on().relay.welcomed();
    const replica = await begin(connection);
    const other = frameOf({ width: 7, height: 5 });
    on().source.shown = other;
    connection.ack(1);
    const { epoch, stream } = await connection.receive("stream");
    expect(epoch).toBe(2);
    replica.describe(epoch, stream);
    replica.apply(await connection.receive("update"));
    expect(pixelsOf(replica).equals(pixelsExpected(other))).toBe(true);
    expect(on().log.lines.filter((line) => line.includes("sharing"))).toHaveLength(2);
  });

  it("sends the whole picture over every new connection, as epoch 1", async () => {
    on().run();
    const first = await on().relay.welcomed();
    await begin(first);
    first.terminate();
    const second = await on().relay.welcomed();
    await second.receive("status");
    expect(await second.receive("stream")).toMatchObject({ epoch: 1 });
    expect(await second.receive("update")).toMatchObject({ keyframe: true });
  });

  it("resumes after the screen was gone for a while, and logs both once", async () => {
    on().run();
    const connection = await on().relay.welcomed();
    const replica = await begin(connection);
    on().source.shown = new SourceFailure("no-display", "There is no display to capture.");
    connection.ack(1);
    await on().source.grabbed(2);
    const back = touched(frameOf(SIZE), 100, 20);
    on().source.shown = back;
    const update = await nextChange(connection, { count: 1 });
    replica.apply(update);
    expect(update.tiles).toHaveLength(1);
    expect(pixelsOf(replica).equals(pixelsExpected(back))).toBe(true);
    expect(on().log.lines.filter((line) => line.includes("no display"))).toHaveLength(1);
    expect(on().log.lines.filter((line) => line === "info: the screen is back")).toHaveLength(1);
  });
});
