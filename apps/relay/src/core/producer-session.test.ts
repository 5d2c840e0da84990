/** A room's producer: its acks, its place, how it leaves and returns, and what it is closed for. */
import { describe, expect, it } from "vitest";
import { FakePeer } from "../../test/fake-peer.ts";
import {
  createProducer,
  FakeProducer,
  FakeViewer,
  liveRoom as liveRoomOf,
  MAX_BYTES,
  newHub,
  PRODUCER_ID,
  pendingSession,
  picturePair,
  plainViewer,
  tilesAsText,
  tilesOf,
} from "../../test/participants.ts";

const pair = picturePair();
const { stream, first, second } = pair;
const liveRoom = () => liveRoomOf(pair);

describe("a producer", () => {
  it("receives an ack for each applied update", () => {
    const { producer } = liveRoom();
    producer.update(second);
    producer.update([]);
    expect(producer.acked).toBe(3);
  });

  it("receives an ack that its socket did not accept, once the socket drains", () => {
    const { producer } = liveRoom();
    producer.peer.outcome = "dropped";
    producer.update(second);
    expect(producer.acked).toBe(1);
    producer.peer.outcome = "sent";
    producer.session.drained(0);
    expect(producer.acked).toBe(2);
  });

  it("is refused while the place is taken (4000, P-5), which does not disturb the first one", () => {
    const { hub, producer } = liveRoom();
    const late = new FakeProducer(hub, { producerId: "f".repeat(32) });
    expect(late.peer.closed?.code).toBe(4000);
    late.session.ended(0);
    producer.update(second);
    expect(producer.acked).toBe(2);
  });

  it("replaces its own older connection (4001, P-5), which is then ignored", () => {
    const { hub, producer } = liveRoom();
    const viewer = new FakeViewer(hub);
    viewer.settle();
    const newer = new FakeProducer(hub);
    expect(producer.peer.closed?.code).toBe(4001);
    producer.update(second);
    producer.session.ended(0);
    viewer.settle();
    expect(tilesOf(viewer.replica)).toEqual(tilesAsText(first));
    newer.describe(stream);
    newer.update(second, { keyframe: true });
    viewer.settle();
    expect(tilesOf(viewer.replica)).toEqual(tilesAsText(second));
    expect(viewer.peer.control("producer")).toHaveLength(1);
  });

  it("that reconnects with the same picture causes only an empty update", () => {
    const { hub, producer } = liveRoom();
    const viewer = new FakeViewer(hub);
    viewer.ack();
    producer.session.ended(0);
    const again = new FakeProducer(hub);
    again.describe(stream);
    again.update(first, { keyframe: true });
    expect(viewer.peer.control("stream")).toHaveLength(1);
    expect(viewer.peer.updates.at(-1)?.tiles).toHaveLength(0);
  });

  it("that changes size keeps the old picture shown until the new one is complete (P-35)", () => {
    const { hub, producer } = liveRoom();
    const viewer = new FakeViewer(hub);
    viewer.settle();
    const other = picturePair(131, 30);
    producer.describe(other.stream);
    producer.update(other.first.slice(1));
    viewer.settle();
    expect(tilesOf(viewer.replica)).toEqual(tilesAsText(first));
    producer.update(other.first.slice(0, 1));
    viewer.settle();
    expect(tilesOf(viewer.replica)).toEqual(tilesAsText(other.first));
  });

  it.each<[string, (producer: FakeProducer) => void]>([
    ["an update before any description", (producer) => producer.update(first)],
    [
      "an epoch that does not grow",
      (producer) => {
        producer.say({ type: "stream", epoch: 1, stream });
        producer.say({ type: "stream", epoch: 1, stream });
      },
    ],
    [
      "a second hello",
      (producer) => producer.say({ type: "hello", room: "main", producerId: PRODUCER_ID }),
    ],
  ])("is closed (4400) for %s", (_, act) => {
    const producer = new FakeProducer(newHub());
    act(producer);
    expect(producer.peer.closed?.code).toBe(4400);
  });

  it("is closed (4400) for anything before hello", () => {
    const peer = new FakePeer();
    const session = pendingSession("producer", peer, createProducer(newHub(), peer));
    session.receive(new Uint8Array(40), 0);
    expect(peer.closed).toEqual({ code: 4400, reason: "the first message must be hello" });
  });

  it("that continues after it stopped is live again (P-16)", () => {
    const { hub, producer } = liveRoom();
    const peer = new FakePeer();
    const { session: plain } = plainViewer(hub, peer);
    plain.ponged("1", 0);
    producer.say({ type: "status", state: "stopped" });
    producer.describe(stream);
    producer.update(second, { keyframe: true });
    expect(peer.text).toEqual([
      "producer:connected",
      "producer:disconnected",
      "producer:connected",
    ]);
    expect(peer.binary).toHaveLength(2);
  });

  it("that stops on purpose is reported as stopped to all viewers, also later ones, until it is live again (P-37)", () => {
    const { hub, producer } = liveRoom();
    const early = new FakeViewer(hub);
    producer.say({ type: "status", state: "stopped" });
    producer.say({ type: "status", state: "stopped" });
    producer.session.ended(7);
    const late = new FakeViewer(hub);
    const told = { type: "producer", state: "offline", stopped: true };
    expect(early.peer.control("producer")).toMatchObject([{ state: "live" }, told]);
    expect(late.peer.control("producer")).toMatchObject([told]);
    expect(hub.find("main")?.picture.shown).toBeUndefined();
    new FakeProducer(hub);
    expect(early.peer.control("producer").at(-1)).toEqual({
      type: "producer",
      state: "live",
      since: 0,
    });
  });

  it("that is lost is reported as offline, but not as stopped", () => {
    const { hub, producer } = liveRoom();
    const viewer = new FakeViewer(hub);
    producer.session.ended(7);
    expect(viewer.peer.control("producer").at(-1)).toEqual({
      type: "producer",
      state: "offline",
      since: 7,
    });
  });

  it("is closed (4413) for a picture that is too wide", () => {
    const { producer } = liveRoom();
    producer.say({ type: "stream", epoch: 9, stream: { ...stream, width: 8193 } });
    expect(producer.peer.closed?.code).toBe(4413);
  });

  it("is closed (4413) for a message above the limit", () => {
    const { producer } = liveRoom();
    producer.session.receive(new Uint8Array(MAX_BYTES + 1), 0);
    expect(producer.peer.closed?.code).toBe(4413);
  });
});
