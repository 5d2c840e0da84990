import { describe, expect, it } from "vitest";
import { snapshot } from "../src/http/pictures.ts";
import {
  admitWith,
  FakeProducer,
  FakeViewer,
  liveRoom as liveRoomOf,
  mjpegViewer,
  newHub,
  picturePair,
  pictureRequest,
  plainProducer,
  plainViewer,
  tilesAsText,
  wholeJpeg,
} from "./participants.ts";

const pair = picturePair();
const { first, second } = pair;
const liveRoom = () => liveRoomOf(pair);

const END = 1_800_000_000_000;
const granted = { expiresAt: END };
const EXPIRED = { code: 4401, reason: "the token has expired" };

describe("when a token has expired (P-81)", () => {
  it("a v1 viewer is closed with 4401, not earlier, and is sent nothing more", () => {
    const { hub, producer } = liveRoom();
    const viewer = new FakeViewer(hub, "main", admitWith(granted));
    const other = new FakeViewer(hub);
    hub.tick(0, END - 1);
    expect(viewer.peer.closed).toBeUndefined();
    hub.tick(1000, END);
    expect(viewer.peer.closed).toEqual(EXPIRED);
    expect(hub.find("main")?.viewerCount).toBe(1);
    other.ack();
    const before = viewer.peer.sent.length;
    viewer.ack();
    producer.update(second);
    expect(viewer.peer.sent).toHaveLength(before);
    expect(other.peer.updates).toHaveLength(2);
    expect(other.peer.closed).toBeUndefined();
  });

  it("a plain viewer is closed with 4401", () => {
    const { hub, producer } = liveRoom();
    const { peer, session } = plainViewer(hub, undefined, "main", granted);
    hub.tick(0, END - 1);
    expect(peer.closed).toBeUndefined();
    hub.tick(1000, END);
    expect(peer.closed).toEqual(EXPIRED);
    session.ponged("1", 0);
    producer.update(second);
    expect(peer.binary).toHaveLength(1);
    expect(hub.find("main")?.viewerCount).toBe(0);
  });

  it("an MJPEG stream ends", () => {
    const { hub, producer } = liveRoom();
    const { sink, viewer } = mjpegViewer(hub, granted);
    hub.tick(0, END - 1);
    expect(sink.ended).toBe(false);
    hub.tick(1000, END);
    expect(sink.ended).toBe(true);
    const before = sink.written.length;
    producer.update(second);
    viewer.drained();
    hub.tick(2000, END);
    expect(hub.find("main")?.viewerCount).toBe(0);
    expect(sink.written).toHaveLength(before);
  });

  it.each([
    [
      "v1",
      (hub: ReturnType<typeof newHub>) => new FakeProducer(hub, { admit: admitWith(granted) }),
    ],
    ["plain", (hub: ReturnType<typeof newHub>) => plainProducer(hub, granted)],
  ])("a %s producer is closed with 4401, which frees its place at once", (_, start) => {
    const hub = newHub();
    const { peer, session } = start(hub);
    const watcher = new FakeViewer(hub);
    hub.tick(0, END - 1);
    expect(peer.closed).toBeUndefined();
    hub.tick(1000, END);
    expect(peer.closed).toEqual(EXPIRED);
    expect(watcher.peer.control("producer").at(-1)).toMatchObject({ state: "offline" });
    const next = new FakeProducer(hub, { producerId: "f".repeat(32) });
    expect(next.peer.closed).toBeUndefined();
    session.ended(2000);
    expect(watcher.peer.control("producer").at(-1)).toMatchObject({ state: "live" });
  });

  it("nothing more is accepted from a v1 producer, and its picture stays (P-36)", () => {
    const hub = newHub();
    const producer = new FakeProducer(hub, { admit: admitWith(granted) });
    producer.describe(pair.stream);
    producer.update(first, { keyframe: true });
    hub.tick(0, END);
    producer.update(second);
    producer.say({ type: "status", state: "stopped" });
    const store = hub.find("main")?.picture.shown?.store;
    expect(tilesAsText(store?.since(0) ?? [])).toEqual(tilesAsText(first));
  });

  it("nothing more is accepted from a plain producer", () => {
    const { hub, session } = plainProducer(newHub(), granted);
    session.receive(wholeJpeg(1), 0);
    hub.tick(0, END);
    session.receive(wholeJpeg(2, 80), 0);
    expect(hub.find("main")?.picture.shown?.store.stream.width).toBe(64);
  });

  it("a room continues for clients whose tokens are still valid", () => {
    const { hub } = liveRoom();
    const later = new FakeViewer(hub, "main", admitWith({ expiresAt: END + 1000 }));
    const members = [1, 2, 3].map(() => new FakeViewer(hub, "main", admitWith(granted)));
    hub.tick(0, END);
    expect(members.map(({ peer }) => peer.closed?.code)).toEqual([4401, 4401, 4401]);
    expect(later.peer.closed).toBeUndefined();
    hub.tick(0, END + 1000);
    expect(later.peer.closed).toEqual(EXPIRED);
  });
});

it("a snapshot checks its token only once", async () => {
  const { hub } = liveRoom();
  const reply = await snapshot(hub, pictureRequest());
  expect(reply.status).toBe(200);
});
