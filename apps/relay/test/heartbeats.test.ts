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

describe("a viewer that is silent (P-42)", () => {
  it("is closed with 4408 after 15 s, which frees its place at once", () => {
    const { hub } = liveRoom();
    const viewer = new FakeViewer(hub);
    viewer.ack();
    viewer.session.tick(14_999);
    expect(viewer.peer.closed).toBeUndefined();
    viewer.session.tick(15_000);
    expect(viewer.peer.closed?.code).toBe(4408);
    expect(hub.find("main")?.viewerCount).toBe(0);
  });

  it("is pinged every 5 s before that, and stays if it sends a pong", () => {
    const { hub } = liveRoom();
    const viewer = new FakeViewer(hub);
    viewer.ack();
    for (let now = 1000; now <= 60_000; now += 1000) {
      viewer.session.tick(now);
      if (viewer.peer.pings.length * 5000 === now) viewer.session.ponged("", now);
    }
    expect(viewer.peer.pings).toHaveLength(12);
    expect(viewer.peer.closed).toBeUndefined();
  });

  it("is given more time while a picture is in flight, at 64 kbit/s", () => {
    const { hub } = liveRoom();
    const viewer = new FakeViewer(hub);
    const bytes = viewer.peer.binary[0]?.length ?? 0;
    viewer.session.tick(15_000 + bytes / 8 - 1);
    expect(viewer.peer.closed).toBeUndefined();
    viewer.session.tick(15_000 + bytes / 8);
    expect(viewer.peer.closed?.code).toBe(4408);
  });

  it("is pinged even if its socket is behind, since a pong may be its only sign of life", () => {
    const { hub, producer } = liveRoom();
    const viewer = new FakeViewer(hub);
    viewer.ack();
    viewer.peer.outcome = "buffered";
    producer.update(second);
    const held = viewer.peer.sent.length;
    viewer.session.tick(5000);
    expect(viewer.peer.pings).toEqual([""]);
    expect(viewer.peer.sent).toHaveLength(held);
  });

  it("shows that it is alive by draining", () => {
    const { hub } = liveRoom();
    const viewer = new FakeViewer(hub);
    viewer.ack();
    viewer.session.drained(10_000);
    viewer.session.tick(24_999);
    expect(viewer.peer.closed).toBeUndefined();
  });
});

describe("a plain viewer that is silent (P-42)", () => {
  it("is closed with 4408 after 15 s, which frees its place at once", () => {
    const hub = newHub();
    const { peer, session } = plainViewer(hub);
    session.tick(14_999);
    expect(peer.closed).toBeUndefined();
    session.tick(15_000);
    expect(peer.closed?.code).toBe(4408);
    expect(hub.find("main")?.viewerCount).toBe(0);
  });

  it("is given more time while a picture is in flight, until its pong", () => {
    const { hub, session: producer } = plainProducer();
    producer.receive(wholeJpeg(1, 4000), 0);
    const { peer, session } = plainViewer(hub);
    const patienceMs = 15_000 + wholeJpeg(1, 4000).length / 8;
    session.tick(patienceMs - 1);
    expect(peer.closed).toBeUndefined();
    session.ponged("1", patienceMs - 1);
    session.tick(patienceMs - 1 + 15_000);
    expect(peer.closed?.code).toBe(4408);
  });

  it("is pinged independently of its pictures", () => {
    const { hub, session: producer } = plainProducer();
    producer.receive(wholeJpeg(1, 4000), 0);
    const peer = new FakePeer();
    const { session } = plainViewer(hub, peer);
    session.tick(5000);
    expect(peer.pings).toEqual(["1", ""]);
    session.ponged("", 5001);
    producer.receive(wholeJpeg(2, 4000), 5001);
    expect(peer.binary).toHaveLength(1);
  });
});
