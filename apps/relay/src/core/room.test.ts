import { encodeControl } from "@screen-share/protocol";
import { encodeWhole, screenLike } from "@screen-share/protocol/testing";
import { describe, expect, it } from "vitest";
import { FakePeer } from "../testing/fake-peer.ts";
import {
  FakeProducer,
  FakeViewer,
  MAX_BYTES,
  newHub,
  PRODUCER_ID,
  picturePair,
  tilesAsText,
  tilesOf,
} from "../testing/participants.ts";
import { PlainProducer } from "./plain-producer.ts";
import { PlainViewer } from "./plain-viewer.ts";
import { ProducerSession } from "./producer-session.ts";
import { ViewerSession } from "./viewer-session.ts";

const { stream, first, second } = picturePair();
const jpeg = (seed: number, width = 64) => encodeWhole(screenLike({ width, height: 48 }, seed));

function liveRoom() {
  const hub = newHub();
  const producer = new FakeProducer(hub);
  producer.describe(stream);
  producer.update(first, { keyframe: true });
  return { hub, producer };
}

function plainProducer(hub = newHub()) {
  const peer = new FakePeer();
  const session = new PlainProducer(hub, peer, { maxBytes: MAX_BYTES, room: "main" }, 0);
  return { hub, peer, session };
}

describe("a late joiner", () => {
  it("has the whole picture at once, and the producer hears nothing of it", () => {
    const { hub, producer } = liveRoom();
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

describe("a viewer that has not acknowledged", () => {
  it("is sent nothing more, and then one update from its cursor to now", () => {
    const { hub, producer } = liveRoom();
    const viewer = new FakeViewer(hub);
    producer.update(second.slice(0, 1));
    producer.update(second.slice(1, 2));
    producer.update(first.slice(0, 1));
    expect(viewer.peer.updates).toHaveLength(1);
    viewer.ack();
    expect(viewer.peer.updates).toHaveLength(2);
    const last = viewer.peer.updates.at(-1);
    expect(tilesAsText(last?.tiles ?? [])).toEqual(
      tilesAsText([...first.slice(0, 1), ...second.slice(1, 2)]),
    );
    expect(viewer.session.summary).toMatchObject({ updates: 2, skippedVersions: 2 });
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

describe("a hidden viewer", () => {
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

describe("an update of 0 tiles", () => {
  it("reaches v1 viewers, so that they know the picture is current, and no plain ones", () => {
    const { hub, producer } = liveRoom();
    const viewer = new FakeViewer(hub);
    viewer.ack();
    const peer = new FakePeer();
    const plain = new PlainViewer(hub, peer, "main", 0);
    plain.ponged("1");
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

  it("finds the place taken (4000), and the first one is not disturbed", () => {
    const { hub, producer } = liveRoom();
    const late = new FakeProducer(hub, { producerId: "f".repeat(32) });
    expect(late.peer.closed?.code).toBe(4000);
    late.session.ended(0);
    producer.update(second);
    expect(producer.acked).toBe(2);
  });

  it("takes over from its own older connection (4001), of which nothing is taken afterwards", () => {
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

  it("that changes size leaves the old picture standing until the new one is whole", () => {
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
    const options = { maxBytes: MAX_BYTES, viewerLink: () => "/" };
    new ProducerSession(newHub(), peer, options, 0).receive(new Uint8Array(40), 0);
    expect(peer.closed?.code).toBe(4400);
  });

  it("that goes on after it had stopped is live again", () => {
    const { hub, producer } = liveRoom();
    const peer = new FakePeer();
    const plain = new PlainViewer(hub, peer, "main", 0);
    plain.ponged("1");
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

describe("plain clients", () => {
  it("pass a JPEG on unchanged, to the byte", () => {
    const { hub, session } = plainProducer();
    session.receive(jpeg(1), 0);
    const peer = new FakePeer();
    const viewer = new PlainViewer(hub, peer, "main", 0);
    expect(peer.text).toEqual(["producer:connected"]);
    session.receive(jpeg(2), 0);
    viewer.ponged("1");
    expect(peer.binary.map((bytes) => Buffer.from(bytes))).toEqual(
      [jpeg(1), jpeg(2)].map((bytes) => Buffer.from(bytes)),
    );
  });

  it("are told at once when the producer's socket closes, and when one comes", () => {
    const hub = newHub();
    const peer = new FakePeer();
    new PlainViewer(hub, peer, "main", 0);
    const { session } = plainProducer(hub);
    session.ended(0);
    expect(peer.text).toEqual([
      "producer:disconnected",
      "producer:connected",
      "producer:disconnected",
    ]);
  });

  it("get nothing new before the ping after the last picture was answered", () => {
    const { hub, session } = plainProducer();
    session.receive(jpeg(1), 0);
    const peer = new FakePeer();
    const viewer = new PlainViewer(hub, peer, "main", 0);
    for (const seed of [2, 3, 4]) session.receive(jpeg(seed), 0);
    viewer.ponged("an unasked pong");
    expect(peer.binary).toHaveLength(1);
    viewer.ponged("1");
    expect(peer.binary).toHaveLength(2);
    expect(Buffer.from(peer.binary[1] ?? []).equals(Buffer.from(jpeg(4)))).toBe(true);
  });

  it("are pinged later when their socket does not take the ping", () => {
    const { hub, session } = plainProducer();
    const peer = new FakePeer();
    const viewer = new PlainViewer(hub, peer, "main", 0);
    const ping = peer.ping.bind(peer);
    peer.ping = () => "dropped";
    session.receive(jpeg(1), 0);
    peer.ping = ping;
    viewer.drained();
    expect(peer.pings).toEqual(["1"]);
  });

  it("mix with v1 ones in both directions", () => {
    const { hub, session } = plainProducer();
    session.receive(jpeg(1), 0);
    const viewer = new FakeViewer(hub);
    viewer.settle();
    expect(viewer.replica.shown?.stream).toMatchObject({ codec: "jpeg", width: 64, height: 48 });
    session.receive(jpeg(2, 80), 0);
    viewer.settle();
    expect(viewer.replica.shown?.stream).toMatchObject({ codec: "jpeg", width: 80 });
    session.ended(0);

    const producer = new FakeProducer(hub);
    producer.describe(stream);
    producer.update(first, { keyframe: true });
    viewer.settle();
    expect(tilesOf(viewer.replica)).toEqual(tilesAsText(first));
    const peer = new FakePeer();
    new PlainViewer(hub, peer, "main", 0);
    expect([...(peer.binary[0]?.subarray(0, 2) ?? [])]).toEqual([0xff, 0xd8]);
  });

  it("neither take over nor are taken over", () => {
    const { hub, session } = plainProducer();
    expect(plainProducer(hub).peer.closed?.code).toBe(4000);
    expect(new FakeProducer(hub).peer.closed?.code).toBe(4000);
    session.ended(0);
    const producer = new FakeProducer(hub);
    expect(producer.peer.closed).toBeUndefined();
    expect(plainProducer(hub).peer.closed?.code).toBe(4000);
  });

  it("are closed for what is no JPEG (4400) or too large a one (4413), and the picture stands", () => {
    const { hub, peer, session } = plainProducer();
    session.receive(jpeg(1), 0);
    session.receive(new TextEncoder().encode("hello"), 0);
    const shown = hub.find("main")?.picture.shown;
    expect(shown?.store.since(0)).toHaveLength(1);
    expect(peer.closed?.code).toBe(4400);
    const huge = plainProducer();
    huge.session.receive(jpeg(1, 8193), 0);
    expect(huge.peer.closed?.code).toBe(4413);
  });
});

describe("a socket that is behind", () => {
  it("is given nothing more before it has caught up, whatever its client claims", () => {
    const { hub, producer } = liveRoom();
    const viewer = new FakeViewer(hub);
    viewer.ack();
    viewer.peer.outcome = "buffered";
    producer.update(second.slice(0, 1));
    const held = viewer.peer.sent.length;
    viewer.ack();
    producer.update(second.slice(1, 2));
    producer.say({ type: "status", state: "paused" });
    viewer.session.receive(encodeControl({ type: "ping", sentAt: 1 }), 0);
    new FakeViewer(hub);
    hub.tick(1000);
    expect(viewer.peer.sent).toHaveLength(held);
    viewer.peer.outcome = "sent";
    viewer.session.drained();
    expect(viewer.peer.control("producer").at(-1)).toMatchObject({ state: "paused" });
    expect(viewer.peer.control("viewers").at(-1)).toMatchObject({ count: 2 });
    expect(viewer.peer.updates.at(-1)?.tiles).toHaveLength(1);
  });

  it("is no different for a plain viewer that forges pongs", () => {
    const { hub, session } = plainProducer();
    const peer = new FakePeer();
    const viewer = new PlainViewer(hub, peer, "main", 0);
    peer.outcome = "buffered";
    session.receive(jpeg(1), 0);
    viewer.ponged("1");
    session.receive(jpeg(2), 0);
    expect(peer.binary).toHaveLength(1);
    expect(peer.pings).toEqual([]);
    peer.outcome = "sent";
    viewer.drained();
    expect(peer.pings).toEqual(["1"]);
    viewer.ponged("1");
    expect(peer.binary).toHaveLength(2);
  });
});

describe("limits", () => {
  it("closes a viewer without a hello after 5 s (4408)", () => {
    const peer = new FakePeer();
    const session = new ViewerSession(newHub(), peer, 1000);
    session.tick(5999);
    expect(peer.closed).toBeUndefined();
    session.tick(6000);
    expect(peer.closed?.code).toBe(4408);
  });

  it("closes the viewer that a full room has no place for (4429)", () => {
    const hub = newHub({ maxViewers: 1 });
    new FakeViewer(hub);
    expect(new FakeViewer(hub).peer.closed?.code).toBe(4429);
  });

  it("closes whoever asks for a room too many (4429), but forgets idle rooms first", () => {
    const hub = newHub({ maxRooms: 1 });
    const viewer = new FakeViewer(hub, "one");
    expect(new FakeViewer(hub, "two").peer.closed?.code).toBe(4429);
    viewer.session.ended();
    expect(new FakeViewer(hub, "two").peer.closed).toBeUndefined();
  });

  it("drops an abandoned picture after its time, and the room with it", () => {
    const { hub, producer } = liveRoom();
    producer.session.ended(0);
    hub.tick(599_999);
    expect(hub.find("main")?.picture.shown).toBeDefined();
    hub.tick(600_000);
    expect(hub.find("main")).toBeUndefined();
  });

  it.each(["a/b", "../x", "", "é", "x".repeat(65)])("knows no room called %j", (room) => {
    const peer = new FakePeer();
    new PlainViewer(newHub(), peer, room, 0);
    expect(peer.closed?.code).toBe(4400);
  });

  it("tells a lone viewer that it is alone, though another came and went within a second", () => {
    const { hub } = liveRoom();
    const other = new FakeViewer(hub);
    const viewer = new FakeViewer(hub);
    other.session.ended();
    hub.tick(1000);
    expect(viewer.peer.control("viewers").at(-1)).toMatchObject({ count: 1 });
  });

  it("tells the number of viewers in bundles", () => {
    const { hub } = liveRoom();
    const viewer = new FakeViewer(hub);
    new FakeViewer(hub);
    new FakeViewer(hub);
    hub.tick(1000);
    hub.tick(2000);
    expect(viewer.peer.control("viewers")).toEqual([
      { type: "viewers", count: 1 },
      { type: "viewers", count: 3 },
    ]);
  });
});
