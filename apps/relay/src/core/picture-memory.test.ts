import { describe, expect, it } from "vitest";
import {
  FakeProducer,
  FakeViewer,
  liveRoom,
  newHub,
  picturePair,
} from "../../test/participants.ts";
import { PictureMemory } from "./picture-memory.ts";

const { stream, first } = picturePair();

function producerIn(hub: ReturnType<typeof newHub>, room: string): FakeProducer {
  const producer = new FakeProducer(hub, { room });
  producer.describe(stream);
  producer.update(first, { keyframe: true });
  return producer;
}

/** The memory that one of these pictures takes. */
const ONE_BYTES = first.reduce((sum, { bytes }) => sum + bytes.length + 256, 0);

describe("the memory of all pictures", () => {
  it("reclaims unneeded pictures before it refuses (4429)", () => {
    let reclaimed = 0;
    const memory = new PictureMemory({ maxBytes: 100, maxComposedBytes: 0 }, () => {
      reclaimed++;
    });
    const account = memory.open({ evict: () => {}, forgetComposed: () => {} });
    account.use(100);
    memory.check(100);
    expect(reclaimed).toBe(0);
    account.use(101);
    expect(() => memory.check(101)).toThrow(expect.objectContaining({ closeCode: 4429 }));
    expect(reclaimed).toBe(1);
  });

  it("is limited, and the producer of one picture too many is closed without affecting others", () => {
    const hub = newHub({ maxPictureBytes: 2 * ONE_BYTES });
    const [one, two, three] = ["one", "two", "three"].map((room) => producerIn(hub, room));
    expect([one, two, three].map((producer) => producer?.peer.closed?.code)).toEqual([
      undefined,
      undefined,
      4429,
    ]);
    expect(hub.find("one")?.picture.shown).toBeDefined();
    expect(hub.find("two")?.picture.shown).toBeDefined();
    expect(hub.find("three")?.picture.shown).toBeUndefined();
    one?.update(first.slice(0, 1));
    expect(one?.acked).toBe(2);
  });

  it("is taken from the room that holds the most, not from one that needs a little more", () => {
    const big = picturePair(1000, 200);
    const hub = newHub({ maxPictureBytes: 100_000 });
    const bully = new FakeProducer(hub, { room: "bully" });
    bully.describe(big.stream);
    bully.update(big.first, { keyframe: true });
    const used = hub.pictureBytes;
    const full = newHub({ maxPictureBytes: used + 1.5 * ONE_BYTES });
    const again = new FakeProducer(full, { room: "bully" });
    again.describe(big.stream);
    again.update(big.first, { keyframe: true });
    const viewer = new FakeViewer(full, "bully");
    const [one, two] = ["one", "two"].map((room) => producerIn(full, room));
    expect([one, two].map((producer) => producer?.peer.closed)).toEqual([undefined, undefined]);
    expect(again.peer.closed?.code).toBe(4429);
    expect(full.find("bully")?.picture.shown).toBeUndefined();
    expect(viewer.peer.control("producer").at(-1)).toMatchObject({ state: "offline" });
    expect(full.pictureBytes).toBe(2 * ONE_BYTES);
  });

  it("is taken from as few rooms as possible, largest first", () => {
    const evicted: string[] = [];
    const memory = new PictureMemory({ maxBytes: 100, maxComposedBytes: 0 }, () => {});
    const open = (name: string, bytes: number) => {
      const account = memory.open({
        evict: () => {
          evicted.push(name);
          account.use(0);
        },
        forgetComposed: () => {},
      });
      account.use(bytes);
    };
    open("small", 5);
    for (const [name, bytes] of [
      ["a", 20],
      ["b", 50],
      ["c", 30],
    ] as const) {
      open(name, bytes);
    }
    memory.check(5);
    expect(evicted).toEqual(["b"]);
  });

  it("forgets pictures without a producer in favour of live ones", () => {
    const hub = newHub({ maxPictureBytes: 2 * ONE_BYTES });
    producerIn(hub, "one").session.ended(0);
    producerIn(hub, "two");
    expect(producerIn(hub, "three").peer.closed).toBeUndefined();
    expect(hub.find("one")?.picture.shown).toBeUndefined();
    expect(hub.find("two")?.picture.shown).toBeDefined();
  });

  it("counts the announced size of a stream before its picture arrives", () => {
    const hub = newHub({ maxPictureBytes: 2 ** 20 });
    const producer = new FakeProducer(hub);
    producer.describe({ ...stream, width: 8192, height: 4096 });
    expect(producer.peer.closed?.code).toBe(4429);
  });

  it("is all free again once all clients have left and the pictures have expired", () => {
    const hub = newHub({ maxPictureBytes: ONE_BYTES });
    for (let i = 0; i < 5; i++) {
      const producer = producerIn(hub, `room-${i}`);
      expect(producer.peer.closed).toBeUndefined();
      producer.describe({ ...stream, width: stream.width - 1 });
      producer.session.ended(0);
      hub.tick(600_000, 0);
      expect(hub.find(`room-${i}`)).toBeUndefined();
    }
  });

  it("is released by a picture that was replaced by one of another size", () => {
    const { hub, producer } = liveRoom();
    const small = picturePair(131, 8);
    producer.describe(small.stream);
    producer.update(small.first, { keyframe: true });
    expect(hub.find("main")?.picture.shown?.store.byteLength).toBeLessThan(ONE_BYTES);
  });
});
