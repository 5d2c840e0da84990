import { describe, expect, it } from "vitest";
import { FakeProducer, liveRoom, newHub, picturePair } from "../testing/participants.ts";
import { PictureMemory } from "./picture-memory.ts";

const { stream, first } = picturePair();

function producerIn(hub: ReturnType<typeof newHub>, room: string): FakeProducer {
  const producer = new FakeProducer(hub, { room });
  producer.describe(stream);
  producer.update(first, { keyframe: true });
  return producer;
}

/** What one of these pictures counts for. */
const ONE_BYTES = first.reduce((sum, { bytes }) => sum + bytes.length + 256, 0);

describe("the memory of all pictures", () => {
  it("asks for what nobody needs before it refuses (4429)", () => {
    let reclaimed = 0;
    const memory = new PictureMemory(100, () => {
      reclaimed++;
    });
    memory.resized(100);
    memory.check();
    expect(reclaimed).toBe(0);
    memory.resized(1);
    expect(() => memory.check()).toThrow(expect.objectContaining({ closeCode: 4429 }));
    expect(reclaimed).toBe(1);
  });

  it("holds so many, and the producer of one more is closed, by which others lose nothing", () => {
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

  it("lets pictures go whose producers are gone, for those that live", () => {
    const hub = newHub({ maxPictureBytes: 2 * ONE_BYTES });
    producerIn(hub, "one").session.ended(0);
    producerIn(hub, "two");
    expect(producerIn(hub, "three").peer.closed).toBeUndefined();
    expect(hub.find("one")?.picture.shown).toBeUndefined();
    expect(hub.find("two")?.picture.shown).toBeDefined();
  });

  it("counts what a stream only promises, so that nobody holds places for nothing", () => {
    const hub = newHub({ maxPictureBytes: 2 ** 20 });
    const producer = new FakeProducer(hub);
    producer.describe({ ...stream, width: 8192, height: 4096 });
    expect(producer.peer.closed?.code).toBe(4429);
  });

  it("is as before once everybody has gone and the pictures' time is over", () => {
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

  it("is given back by a picture that was replaced by another size", () => {
    const { hub, producer } = liveRoom();
    const small = picturePair(131, 8);
    producer.describe(small.stream);
    producer.update(small.first, { keyframe: true });
    expect(hub.find("main")?.picture.shown?.store.byteLength).toBeLessThan(ONE_BYTES);
  });
});
