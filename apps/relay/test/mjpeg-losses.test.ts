/** An MJPEG stream whose producer is lost, comes back, stops, or was never there. */
import { describe, expect, it } from "vitest";
import { MAX_SILENCE_MS, REPEATS_MS } from "../src/core/mjpeg-viewer.ts";
import { contents, current } from "./mjpeg-stream.ts";
import {
  FakeProducer,
  liveRoom as liveRoomOf,
  mjpegViewer,
  newHub,
  picturePair,
} from "./participants.ts";

const pair = picturePair();
const { stream, first, second } = pair;
const liveRoom = () => liveRoomOf(pair);

const [SOON_MS, LATER_MS] = REPEATS_MS;

describe("a stream and its producer (P-67)", () => {
  it("continues with the last picture when the producer is lost, and then with the next producer's", () => {
    const { hub, producer } = liveRoom();
    const { sink, time } = mjpegViewer(hub);
    const before = current(hub);
    producer.session.ended(10);
    time.advance(SOON_MS + LATER_MS);
    const standing = [before, before, before];
    expect(contents(sink)).toEqual(standing);
    const back = new FakeProducer(hub);
    back.describe(stream);
    back.update(first, { keyframe: true });
    expect(contents(sink)).toEqual(standing);
    back.update(second);
    expect(contents(sink)).toEqual([...standing, current(hub)]);
  });

  it("that is opened while the producer is away receives the last picture at once", () => {
    const { hub, producer } = liveRoom();
    producer.session.ended(10);
    const { sink } = mjpegViewer(hub);
    expect(contents(sink)).toEqual([current(hub)]);
  });

  it("shows a picture of a new size only once it is complete", () => {
    const { hub, producer } = liveRoom();
    const { sink } = mjpegViewer(hub);
    const old = current(hub);
    producer.session.ended(10);
    const other = picturePair(200, 64);
    const back = new FakeProducer(hub);
    back.describe(other.stream);
    back.update(other.first.slice(0, 2), { cut: true });
    expect(contents(sink)).toEqual([old]);
    back.update(other.first.slice(2));
    expect(contents(sink)).toEqual([old, current(hub)]);
    expect(current(hub)).not.toBe(old);
  });

  it("stays open after a stop without repeating the forgotten picture, and continues when sharing resumes", () => {
    const { hub, producer } = liveRoom();
    const { sink, time } = mjpegViewer(hub);
    const before = current(hub);
    producer.say({ type: "status", state: "stopped" });
    producer.session.ended(10);
    time.advance(2 * MAX_SILENCE_MS);
    expect(contents(sink)).toEqual([before, "filler", "filler"]);
    expect(sink.ended).toBe(false);
    const back = new FakeProducer(hub);
    back.describe(stream);
    back.update(first, { keyframe: true });
    expect(contents(sink)).toEqual([before, "filler", "filler", current(hub)]);
  });

  it("stays open after PICTURE_TTL, and no longer repeats the picture (P-36)", () => {
    const hub = newHub({ pictureTtlMs: 1000 });
    const { producer } = liveRoomOf(pair, hub);
    const { sink, time } = mjpegViewer(hub);
    const before = current(hub);
    producer.session.ended(0);
    hub.tick(1000, 0);
    time.advance(MAX_SILENCE_MS);
    expect(contents(sink)).toEqual([before, "filler"]);
    expect(sink.ended).toBe(false);
  });

  it("waits for the first producer", () => {
    const hub = newHub();
    const { sink } = mjpegViewer(hub);
    expect(contents(sink)).toEqual([]);
    liveRoomOf(pair, hub);
    expect(contents(sink)).toEqual([current(hub)]);
  });
});
