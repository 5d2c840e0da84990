import { encodeControl } from "@screen-share/protocol";
import { describe, expect, it } from "vitest";
import { FakePeer } from "./fake-peer.ts";
import {
  FakeViewer,
  liveRoom as liveRoomOf,
  newHub,
  picturePair,
  plainProducer,
  plainViewer,
  wholeJpeg,
} from "./participants.ts";

const pair = picturePair();
const { second } = pair;
const liveRoom = () => liveRoomOf(pair);

describe("a socket that is behind (P-26)", () => {
  it("is given nothing more before it has caught up, whatever its client acks", () => {
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
    hub.tick(1000, 0);
    expect(viewer.peer.sent).toHaveLength(held);
    viewer.peer.outcome = "sent";
    viewer.session.drained(0);
    expect(viewer.peer.control("producer").at(-1)).toMatchObject({ state: "paused" });
    expect(viewer.peer.control("viewers").at(-1)).toMatchObject({ count: 2 });
    expect(viewer.peer.updates.at(-1)?.tiles).toHaveLength(1);
  });

  it("is given nothing more if a plain viewer forges pongs", () => {
    const { hub, session } = plainProducer();
    const peer = new FakePeer();
    const { session: viewer } = plainViewer(hub, peer);
    peer.outcome = "buffered";
    session.receive(wholeJpeg(1), 0);
    viewer.ponged("1", 0);
    session.receive(wholeJpeg(2), 0);
    expect(peer.binary).toHaveLength(1);
    expect(peer.pings).toEqual([]);
    peer.outcome = "sent";
    viewer.drained(0);
    expect(peer.binary).toHaveLength(2);
    expect(peer.pings).toEqual(["1", "2"]);
  });
});

describe("limits", () => {
  it("close a viewer for which a full room has no place (4429)", () => {
    const hub = newHub({ maxViewers: 1 });
    new FakeViewer(hub);
    expect(new FakeViewer(hub).peer.closed?.code).toBe(4429);
  });

  it("close a client that needs one room too many (4429), but first forget idle rooms", () => {
    const hub = newHub({ maxRooms: 1 });
    const viewer = new FakeViewer(hub, "one");
    expect(new FakeViewer(hub, "two").peer.closed?.code).toBe(4429);
    viewer.session.ended(0);
    expect(new FakeViewer(hub, "two").peer.closed).toBeUndefined();
  });

  it("forget an abandoned picture after PICTURE_TTL (P-36), and then its room", () => {
    const { hub, producer } = liveRoom();
    producer.session.ended(0);
    hub.tick(599_999, 0);
    expect(hub.find("main")?.picture.shown).toBeDefined();
    hub.tick(600_000, 0);
    expect(hub.find("main")).toBeUndefined();
  });

  it.each(["a/b", "../x", "", "é", "x".repeat(65)])("refuse the room name %j (P-3)", (room) => {
    const peer = new FakePeer();
    plainViewer(newHub(), peer, room);
    expect(peer.closed?.code).toBe(4400);
  });

  it("report one viewer, although another came and went within a second", () => {
    const { hub } = liveRoom();
    const other = new FakeViewer(hub);
    const viewer = new FakeViewer(hub);
    other.session.ended(0);
    hub.tick(1000, 0);
    expect(viewer.peer.control("viewers").at(-1)).toMatchObject({ count: 1 });
  });

  it("report the number of viewers once per second", () => {
    const { hub } = liveRoom();
    const viewer = new FakeViewer(hub);
    new FakeViewer(hub);
    new FakeViewer(hub);
    hub.tick(1000, 0);
    hub.tick(2000, 0);
    expect(viewer.peer.control("viewers")).toEqual([
      { type: "viewers", count: 1 },
      { type: "viewers", count: 3 },
    ]);
  });
});
