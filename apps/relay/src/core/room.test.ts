import { encodeControl } from "@screen-share/protocol";
import { describe, expect, it } from "vitest";
import { FakePeer } from "../testing/fake-peer.ts";
import {
  FakeProducer,
  FakeViewer,
  liveRoom as liveRoomOf,
  MAX_BYTES,
  newHub,
  PRODUCER_ID,
  picturePair,
  plainViewer,
  producerParts,
  tilesAsText,
  tilesOf,
} from "../testing/participants.ts";
import { ProducerSession } from "./producer-session.ts";

const pair = picturePair();
const { stream, first, second } = pair;
const liveRoom = () => liveRoomOf(pair);

describe("a late joiner (P-31)", () => {
  it("has the whole picture at once, and the producer is asked for nothing", () => {
    const { hub, producer } = liveRoom();
    new FakeViewer(hub);
    const before = producer.peer.sent.length;
    const viewer = new FakeViewer(hub);
    viewer.read();
    expect(tilesOf(viewer.replica)).toEqual(tilesAsText(first));
    expect(producer.peer.sent).toHaveLength(before);
  });

  it("is told that the host is away, and since when, and has the last picture", () => {
    const { hub, producer } = liveRoom();
    producer.session.ended(5000);
    const viewer = new FakeViewer(hub);
    viewer.read();
    expect(viewer.peer.control("producer")).toEqual([
      { type: "producer", state: "offline", since: 5000 },
    ]);
    expect(tilesOf(viewer.replica)).toEqual(tilesAsText(first));
  });
});

describe("a viewer on a slow link (P-26)", () => {
  const big = picturePair(1000, 700);
  const bigRoom = () => liveRoomOf(big);
  const bytesOf = (viewer: FakeViewer) =>
    viewer.peer.binary.reduce((sum, { length }) => sum + length, 0);

  it("is sent no more than its window takes before it acknowledges", () => {
    const { hub, producer } = bigRoom();
    const viewer = new FakeViewer(hub);
    const sent = viewer.peer.binary.length;
    for (let i = 0; i < 10; i++) producer.update(big.second);
    expect(viewer.peer.binary).toHaveLength(sent);
    expect(bytesOf(viewer)).toBeLessThanOrEqual(16 * 1024);
  });

  it("has the newest of all tiles in the end, and nothing that was overtaken on the way", () => {
    const { hub, producer } = bigRoom();
    const viewer = new FakeViewer(hub);
    const before = viewer.peer.updates.flatMap(({ tiles }) => tiles.map(({ index }) => index));
    producer.update(big.second);
    viewer.settle();
    expect(tilesOf(viewer.replica)).toEqual(tilesAsText(big.second));
    const counts = new Map<number, number>();
    for (const { tiles } of viewer.peer.updates) {
      for (const { index } of tiles) counts.set(index, (counts.get(index) ?? 0) + 1);
    }
    for (const [index, count] of counts) {
      expect(count).toBe(before.includes(index) ? 2 : 1);
    }
    expect(viewer.peer.updates.at(-1)?.cut).toBe(false);
    expect(viewer.peer.updates.slice(0, -1).every(({ cut }) => cut)).toBe(true);
  });

  it("is sent first what it has had longest", () => {
    const { hub, producer } = bigRoom();
    const viewer = new FakeViewer(hub);
    viewer.settle();
    const touched = new Set<number>();
    producer.update(big.second.slice(10));
    for (let i = 0; i < 100 && touched.size < big.second.length - 10; i++) {
      const { tiles = [] } = viewer.peer.updates.at(-1) ?? {};
      for (const { index } of tiles) touched.add(index);
      producer.update([...(i % 2 ? big.first : big.second)].slice(10, 11));
      viewer.ack();
    }
    expect(touched.size).toBe(big.second.length - 10);
    viewer.settle();
    const now = [...tilesOf(viewer.replica)];
    expect(now.slice(11)).toEqual(tilesAsText(big.second).slice(11));
  });

  it("joins those who are in step once it has caught up", () => {
    const { hub, producer } = bigRoom();
    const [slow, other] = [new FakeViewer(hub), new FakeViewer(hub)];
    slow.settle();
    other.settle();
    producer.update(big.second.slice(0, 1));
    expect(slow.peer.binary.at(-1)).toBe(other.peer.binary.at(-1));
  });

  it("begins anew with another picture, whatever was left of the last", () => {
    const { hub, producer } = bigRoom();
    const viewer = new FakeViewer(hub);
    const other = picturePair(900, 600);
    producer.describe(other.stream);
    producer.update(other.first, { keyframe: true });
    viewer.settle();
    expect(tilesOf(viewer.replica)).toEqual(tilesAsText(other.first));
  });

  it("does not hold up the others, who share one message", () => {
    const { hub, producer } = liveRoom();
    new FakeViewer(hub);
    const [a, b] = [new FakeViewer(hub), new FakeViewer(hub)];
    a.ack();
    b.ack();
    producer.update(second.slice(0, 1));
    expect(a.peer.updates).toHaveLength(2);
    expect(b.peer.binary[1]).toBe(a.peer.binary[1]);
  });
});

describe("a hidden viewer (P-17)", () => {
  it("is sent nothing, and is caught up on becoming visible", () => {
    const { hub, producer } = liveRoom();
    const viewer = new FakeViewer(hub);
    viewer.ack();
    viewer.session.receive(encodeControl({ type: "visibility", visible: false }), 0);
    producer.update(second.slice(0, 1));
    expect(viewer.peer.updates).toHaveLength(1);
    viewer.session.receive(encodeControl({ type: "visibility", visible: true }), 0);
    expect(viewer.peer.updates.at(-1)?.tiles).toHaveLength(1);
  });
});

describe("an update of 0 tiles (P-23)", () => {
  it("reaches v1 viewers, so that they know the picture is current, and no plain ones", () => {
    const { hub, producer } = liveRoom();
    const viewer = new FakeViewer(hub);
    viewer.ack();
    const peer = new FakePeer();
    const { session: plain } = plainViewer(hub, peer);
    plain.ponged("1", 0);
    producer.update([], { now: 10 });
    expect(viewer.peer.updates.at(-1)).toMatchObject({ tiles: [], capturedAt: 1 });
    expect(peer.binary).toHaveLength(1);
  });
});

describe("a producer", () => {
  it("is acknowledged per update applied", () => {
    const { producer } = liveRoom();
    producer.update(second);
    producer.update([]);
    expect(producer.acked).toBe(3);
  });

  it("gets an ack that its socket did not take, once it drains", () => {
    const { producer } = liveRoom();
    producer.peer.outcome = "dropped";
    producer.update(second);
    expect(producer.acked).toBe(1);
    producer.peer.outcome = "sent";
    producer.session.drained();
    expect(producer.acked).toBe(2);
  });

  it("finds the place taken (4000, P-5), and the first one is not disturbed", () => {
    const { hub, producer } = liveRoom();
    const late = new FakeProducer(hub, { producerId: "f".repeat(32) });
    expect(late.peer.closed?.code).toBe(4000);
    late.session.ended(0);
    producer.update(second);
    expect(producer.acked).toBe(2);
  });

  it("takes over from its own older connection (4001, P-5), of which nothing is taken afterwards", () => {
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

  it("that reconnects with the same picture costs its viewers nothing but an empty update", () => {
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

  it("that changes size leaves the old picture standing until the new one is whole (P-35)", () => {
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
    new ProducerSession(newHub(), peer, producerParts(), 0).receive(new Uint8Array(40), 0);
    expect(peer.closed?.code).toBe(4400);
  });

  it("that goes on after it had stopped is live again (P-16)", () => {
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

  it("that stops on purpose is told so to viewers, those who come later too, until it is live again (P-37)", () => {
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

  it("that is lost has not stopped: nothing but its state is told", () => {
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
