import { describe, expect, it } from "vitest";
import { FakePeer } from "./fake-peer.ts";
import {
  FakeProducer,
  FakeViewer,
  newHub,
  picturePair,
  plainProducer,
  plainViewer,
  tilesAsText,
  tilesOf,
  wholeJpeg,
} from "./participants.ts";

const { stream, first } = picturePair();

describe("plain clients (P-50 … P-54)", () => {
  it("forward a JPEG unchanged", () => {
    const { hub, session } = plainProducer();
    session.receive(wholeJpeg(1), 0);
    const peer = new FakePeer();
    const { session: viewer } = plainViewer(hub, peer);
    expect(peer.text).toEqual(["producer:connected"]);
    session.receive(wholeJpeg(2), 0);
    viewer.ponged("1", 0);
    expect(peer.binary.map((bytes) => Buffer.from(bytes))).toEqual(
      [wholeJpeg(1), wholeJpeg(2)].map((bytes) => Buffer.from(bytes)),
    );
  });

  it("are notified at once when the producer disconnects, and when one connects", () => {
    const hub = newHub();
    const peer = new FakePeer();
    plainViewer(hub, peer);
    const { session } = plainProducer(hub);
    session.ended(0);
    expect(peer.text).toEqual([
      "producer:disconnected",
      "producer:connected",
      "producer:disconnected",
    ]);
  });

  it("receive no more than their window allows before their pongs, and then the newest", () => {
    const { hub, session } = plainProducer();
    const large = (seed: number) => wholeJpeg(seed, 4000);
    expect(large(1).length).toBeGreaterThan(16 * 1024);
    session.receive(large(1), 0);
    const peer = new FakePeer();
    const { session: viewer } = plainViewer(hub, peer);
    for (const seed of [2, 3, 4]) session.receive(large(seed), 0);
    for (const forged of ["an unasked pong", "2", "-1", "1e0", ""]) viewer.ponged(forged, 0);
    expect(peer.binary).toHaveLength(1);
    viewer.ponged("1", 0);
    expect(peer.binary).toHaveLength(2);
    expect(Buffer.from(peer.binary[1] ?? []).equals(Buffer.from(large(4)))).toBe(true);
  });

  it("are pinged later if their socket does not take the ping", () => {
    const { hub, session } = plainProducer();
    const peer = new FakePeer();
    const { session: viewer } = plainViewer(hub, peer);
    const ping = peer.ping.bind(peer);
    peer.ping = () => "dropped";
    session.receive(wholeJpeg(1), 0);
    peer.ping = ping;
    viewer.drained(0);
    expect(peer.pings).toEqual(["1"]);
  });

  it("mix with v1 clients in both directions", () => {
    const { hub, session } = plainProducer();
    session.receive(wholeJpeg(1), 0);
    const viewer = new FakeViewer(hub);
    viewer.settle();
    expect(viewer.replica.shown?.stream).toMatchObject({ codec: "jpeg", width: 64, height: 48 });
    session.receive(wholeJpeg(2, 80), 0);
    viewer.settle();
    expect(viewer.replica.shown?.stream).toMatchObject({ codec: "jpeg", width: 80 });
    session.ended(0);

    const producer = new FakeProducer(hub);
    producer.describe(stream);
    producer.update(first, { keyframe: true });
    viewer.settle();
    expect(tilesOf(viewer.replica)).toEqual(tilesAsText(first));
    const peer = new FakePeer();
    plainViewer(hub, peer);
    expect([...(peer.binary[0]?.subarray(0, 2) ?? [])]).toEqual([0xff, 0xd8]);
  });

  it("neither replace producers nor are replaced", () => {
    const { hub, session } = plainProducer();
    expect(plainProducer(hub).peer.closed?.code).toBe(4000);
    expect(new FakeProducer(hub).peer.closed?.code).toBe(4000);
    session.ended(0);
    const producer = new FakeProducer(hub);
    expect(producer.peer.closed).toBeUndefined();
    expect(plainProducer(hub).peer.closed?.code).toBe(4000);
  });

  it("are closed for an invalid JPEG (4400) or one that is too large (4413), and the picture stays", () => {
    const { hub, peer, session } = plainProducer();
    session.receive(wholeJpeg(1), 0);
    session.receive(new TextEncoder().encode("hello"), 0);
    const shown = hub.find("main")?.picture.shown;
    expect(shown?.store.since(0)).toHaveLength(1);
    expect(peer.closed?.code).toBe(4400);
    const huge = plainProducer();
    huge.session.receive(wholeJpeg(1, 8193), 0);
    expect(huge.peer.closed?.code).toBe(4413);
  });
});
