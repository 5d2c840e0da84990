import { describe, expect, it } from "vitest";
import type { Hub } from "../src/core/hub.ts";
import { mjpeg, snapshot } from "../src/http/pictures.ts";
import {
  admitWith,
  FakeProducer,
  FakeViewer,
  mjpegViewer,
  newHub,
  picturePair,
  pictureRequest,
  plainProducer,
  plainViewer,
} from "./participants.ts";

const { stream, first, second } = picturePair();
const ENDED = { code: 4401, reason: "the link was ended" };

/** A producer of this generation that has sent a picture. */
function producerOf(hub: Hub, gen?: string): FakeProducer {
  const producer = new FakeProducer(hub, gen === undefined ? {} : { gen });
  producer.describe(stream);
  producer.update(first, { keyframe: true });
  return producer;
}

const viewerOf = (hub: Hub, generation?: string) =>
  new FakeViewer(hub, "main", admitWith({ generation }));

async function statusOf(hub: Hub, kind: typeof snapshot | typeof mjpeg, generation: string) {
  return (await kind(hub, pictureRequest({ granted: { generation } }))).status;
}

describe("a producer of another generation (P-85)", () => {
  it.each(["g2", undefined])(
    "(%j) closes the viewers that used earlier links at once, and no others",
    (gen) => {
      const hub = newHub();
      producerOf(hub, "g1").session.ended(0);
      const old = viewerOf(hub, "g1");
      const plain = plainViewer(hub, undefined, "main", { generation: "g1" });
      const { sink } = mjpegViewer(hub, { generation: "g1" });
      const backend = viewerOf(hub);
      const producer = new FakeProducer(hub, gen === undefined ? {} : { gen });
      expect(old.peer.closed).toEqual(ENDED);
      expect(plain.peer.closed).toEqual(ENDED);
      expect(sink.ended).toBe(true);
      expect(backend.peer.closed).toBeUndefined();
      expect(hub.find("main")?.viewerCount).toBe(1);
      const before = old.peer.sent.length;
      producer.describe(stream);
      producer.update(second, { keyframe: true });
      expect(old.peer.sent).toHaveLength(before);
      expect(plain.peer.binary).toHaveLength(1);
      expect(backend.peer.updates).toHaveLength(2);
    },
  );

  it("also refuses them later, by any way in", async () => {
    const hub = newHub();
    producerOf(hub, "g1").session.ended(0);
    producerOf(hub, "g2");
    expect(viewerOf(hub, "g1").peer.closed).toEqual(ENDED);
    expect(plainViewer(hub, undefined, "main", { generation: "g1" }).peer.closed).toEqual(ENDED);
    for (const kind of [snapshot, mjpeg]) {
      expect(await statusOf(hub, kind, "g1")).toBe(401);
      expect(await statusOf(hub, kind, "g2")).toBe(200);
    }
    expect(viewerOf(hub, "g2").peer.closed).toBeUndefined();
  });

  it("clears the previous picture, which only the old links could show", async () => {
    const hub = newHub();
    producerOf(hub, "g1").session.ended(0);
    expect(hub.find("main")?.picture.shown).toBeDefined();
    new FakeProducer(hub, { gen: "g2" });
    expect(hub.find("main")?.picture.shown).toBeUndefined();
    const status = statusOf(hub, snapshot, "g2");
    // Viewers wait a while for a first picture.
    for (let i = 0; i < 3; i++) hub.tick(0, 0);
    expect(await status).toBe(404);
    expect(viewerOf(hub, "g2").peer.binary).toEqual([]);
  });

  it("may be a plain producer, which has no generation", () => {
    const hub = newHub();
    producerOf(hub, "g1").session.ended(0);
    const old = viewerOf(hub, "g1");
    plainProducer(hub);
    expect(old.peer.closed).toEqual(ENDED);
    expect(hub.find("main")?.picture.shown).toBeUndefined();
  });

  it("also ends links if it replaces its own older connection (P-5)", () => {
    const hub = newHub();
    const older = producerOf(hub, "g1");
    const old = viewerOf(hub, "g1");
    producerOf(hub, "g2");
    expect(older.peer.closed?.code).toBe(4001);
    expect(old.peer.closed).toEqual(ENDED);
  });

  it("ends no links if the place is taken", () => {
    const hub = newHub();
    producerOf(hub, "g1");
    const viewer = viewerOf(hub, "g1");
    const late = new FakeProducer(hub, { gen: "g2", producerId: "f".repeat(32) });
    expect(late.peer.closed?.code).toBe(4000);
    expect(viewer.peer.closed).toBeUndefined();
    expect(viewerOf(hub, "g1").peer.closed).toBeUndefined();
    expect(hub.find("main")?.picture.shown).toBeDefined();
  });

  it("ends nothing if there was no generation before", () => {
    const hub = newHub();
    producerOf(hub).session.ended(0);
    const backend = viewerOf(hub);
    expect(viewerOf(hub, "g1").peer.closed).toEqual(ENDED);
    producerOf(hub, "g1");
    expect(viewerOf(hub, "g1").peer.closed).toBeUndefined();
    expect(backend.peer.closed).toBeUndefined();
  });
});

describe("a producer of the same generation (P-85)", () => {
  it("keeps viewers and picture, whether it replaces a connection or returns", () => {
    const hub = newHub();
    producerOf(hub, "g1");
    const viewer = viewerOf(hub, "g1");
    const again = new FakeProducer(hub, { gen: "g1" });
    again.session.ended(0);
    new FakeProducer(hub, { gen: "g1" });
    expect(viewer.peer.closed).toBeUndefined();
    expect(hub.find("main")?.picture.shown).toBeDefined();
  });
});

describe("an ended link stays ended (P-85)", () => {
  it("while the producer is away, as long as its picture or a viewer remains", () => {
    const hub = newHub();
    producerOf(hub, "g1").session.ended(0);
    producerOf(hub, "g2").session.ended(0);
    const backend = viewerOf(hub);
    hub.tick(600_000, 0);
    expect(hub.find("main")?.picture.shown).toBeUndefined();
    expect(viewerOf(hub, "g1").peer.closed).toEqual(ENDED);
    backend.session.ended(0);
    hub.tick(601_000, 0);
    expect(hub.find("main")).toBeUndefined();
  });

  it("after a restart of the relay, as soon as the producer is back", () => {
    const hub = newHub();
    const [old, current] = [viewerOf(hub, "g1"), viewerOf(hub, "g2")];
    expect(old.peer.closed).toBeUndefined();
    expect(old.peer.binary).toEqual([]);
    producerOf(hub, "g2");
    expect(old.peer.closed).toEqual(ENDED);
    expect(old.peer.binary).toEqual([]);
    expect(current.peer.updates).toHaveLength(1);
    expect(viewerOf(hub, "g1").peer.closed).toEqual(ENDED);
  });
});
