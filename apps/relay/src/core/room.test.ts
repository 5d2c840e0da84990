/** What a room shows late, slow and hidden viewers, and when. */
import { encodeControl } from "@screen-share/protocol";
import { describe, expect, it } from "vitest";
import { FakePeer } from "../../test/fake-peer.ts";
import {
  FakeViewer,
  liveRoom as liveRoomOf,
  picturePair,
  plainViewer,
  tilesAsText,
  tilesOf,
} from "../../test/participants.ts";

const pair = picturePair();
const { first, second } = pair;
const liveRoom = () => liveRoomOf(pair);

describe("a late joiner (P-31)", () => {
  it("receives the whole picture at once, and nothing is requested from the producer", () => {
    const { hub, producer } = liveRoom();
    new FakeViewer(hub);
    const before = producer.peer.sent.length;
    const viewer = new FakeViewer(hub);
    viewer.read();
    expect(tilesOf(viewer.replica)).toEqual(tilesAsText(first));
    expect(producer.peer.sent).toHaveLength(before);
  });

  it("receives the producer's state and the last picture while the host is away", () => {
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

  it("is sent no more than its window allows before it acks", () => {
    const { hub, producer } = bigRoom();
    const viewer = new FakeViewer(hub);
    const sent = viewer.peer.binary.length;
    for (let i = 0; i < 10; i++) producer.update(big.second);
    expect(viewer.peer.binary).toHaveLength(sent);
    expect(bytesOf(viewer)).toBeLessThanOrEqual(16 * 1024);
  });

  it("ends up with the newest version of every tile, and is sent none that was replaced meanwhile", () => {
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

  it("is first sent the tiles that are oldest at its end", () => {
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

  it("shares updates with the viewers in sync once it has caught up", () => {
    const { hub, producer } = bigRoom();
    const [slow, other] = [new FakeViewer(hub), new FakeViewer(hub)];
    slow.settle();
    other.settle();
    producer.update(big.second.slice(0, 1));
    expect(slow.peer.binary.at(-1)).toBe(other.peer.binary.at(-1));
  });

  it("starts over with a new picture, whatever was left of the last one", () => {
    const { hub, producer } = bigRoom();
    const viewer = new FakeViewer(hub);
    const other = picturePair(900, 600);
    producer.describe(other.stream);
    producer.update(other.first, { keyframe: true });
    viewer.settle();
    expect(tilesOf(viewer.replica)).toEqual(tilesAsText(other.first));
  });

  it("does not delay the other viewers, which share one message", () => {
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
  it("is sent nothing, and is brought up to date when it becomes visible", () => {
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
  it("reaches v1 viewers, which learn that the picture is current, but no plain viewers", () => {
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
