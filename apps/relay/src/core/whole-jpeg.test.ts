import type { Tile, Update } from "@screen-share/protocol";
import { decodeTurbo, encodeTiles, screenLike } from "@screen-share/protocol/testing";
import { FakeTime } from "@screen-share/protocol/testing/fake-time";
import { describe, expect, it } from "vitest";
import { FakeWork } from "../../test/participants.ts";
import { Picture } from "./picture.ts";
import { PictureMemory } from "./picture-memory.ts";
import { SLICE_MS, type WholeJpeg } from "./whole-jpeg.ts";

const size = { width: 640, height: 64 };
const [coarse, fine] = [20, 90].map((quality) => encodeTiles(screenLike(size), quality));
if (!coarse || !fine) throw new Error("two pictures were made");
const stream = { codec: "jpeg-tiles" as const, ...size, tables: [coarse.tables, fine.tables] };
const coarseTiles = coarse.tiles.map((tile) => ({ ...tile, table: 0 }));
const fineTile = (index: number): Tile => ({ ...(fine.tiles[index] as Tile), table: 1 });

/** A clock that advances by 1 ms each time it is read. */
class LookingTime extends FakeTime {
  looks = 0;

  override now(): number {
    return super.now() + this.looks++;
  }

  /** Like a system timer, it never calls back immediately. */
  override after(delayMs: number, call: () => void): () => void {
    return super.after(Math.max(1, delayMs), call);
  }
}

function update(tiles: readonly Tile[], overrides: Partial<Update> = {}): Update {
  const times = { capturedAt: 0, encodedAt: 0, relayedAt: 0 };
  return { keyframe: false, cut: false, epoch: 1, ...times, tiles, ...overrides };
}

/** A picture of which all tiles but one must be requantised. */
function mixedPicture({
  time = new LookingTime() as FakeTime,
  memory = new PictureMemory({ maxBytes: 2 ** 30, maxComposedBytes: 2 ** 30 }, () => {}),
} = {}) {
  const work = new FakeWork();
  const composed: (WholeJpeg | undefined)[] = [];
  const picture: Picture = new Picture({
    memory,
    work,
    time,
    evicted: () => {},
    cleared: () => {},
    composed: () => composed.push(picture.shown && picture.whole.newest(picture.shown)),
  });
  picture.describe(1, stream);
  picture.apply(update(coarseTiles, { keyframe: true }), 0);
  picture.apply(update([fineTile(0)]), 0);
  const request = () => {
    const answers: (WholeJpeg | undefined)[] = [];
    if (picture.shown) picture.whole.request(picture.shown, (whole) => answers.push(whole));
    return answers;
  };
  return { picture, time, work, memory, composed, request };
}

describe("a whole JPEG that takes long to compose (P-59)", () => {
  it("is composed in slices, between which other clients are served", () => {
    const { picture, time, composed } = mixedPicture();
    if (!picture.shown) throw new Error("it shows something");
    expect(picture.whole.newest(picture.shown)).toBeUndefined();
    let slices = 1;
    for (; composed.length === 0 && slices < 100; slices++) {
      expect(time.pendingCount).toBe(1);
      time.advance(1);
    }
    // The clock is read once per tile, and advances by 1 ms.
    expect(slices).toBeGreaterThan(coarseTiles.length / SLICE_MS - 1);
    const level = decodeTurbo(composed[0]?.bytes ?? new Uint8Array());
    expect(level).toMatchObject(size);
    expect(time.pendingCount).toBe(0);
  });

  it("equals one that is composed at once", () => {
    const [slow, quick] = [mixedPicture(), mixedPicture({ time: new FakeTime() })];
    const [later, atOnce] = [slow.request(), quick.request()];
    for (let i = 0; i < 100; i++) slow.time.advance(1);
    expect(atOnce[0]?.bytes.length).toBeGreaterThan(1000);
    expect(later[0]?.bytes).toEqual(atOnce[0]?.bytes);
  });

  it("is finished even if the picture keeps changing", () => {
    const { picture, time, composed } = mixedPicture();
    if (!picture.shown) throw new Error("it shows something");
    const { pictureVersion } = picture.shown.store;
    picture.whole.newest(picture.shown);
    for (let i = 0; composed.length === 0 && i < 100; i++) {
      picture.apply(update([fineTile(1 + (i % 9))]), 0);
      time.advance(1);
    }
    expect(composed[0]?.pictureVersion).toBeGreaterThanOrEqual(pictureVersion);
    expect(decodeTurbo(composed[0]?.bytes ?? new Uint8Array())).toMatchObject(size);
  });

  it("is not begun, and requests are refused, while the room is over its share of the relay's time", () => {
    const { picture, time, work, request } = mixedPicture({ time: new FakeTime() });
    work.costMs = 1500;
    work.spend(() => {});
    work.costMs = 0;
    expect(request()).toEqual([undefined]);
    expect(picture.whole.lengthOf(picture.shown as never)).toBeUndefined();
    work.pass(1000);
    time.advance(600);
    expect(request()[0]?.bytes.length).toBeGreaterThan(1000);
  });

  it("is refused to waiting requests once the room is over its share of the relay's time", () => {
    const { time, work, request } = mixedPicture();
    work.costMs = 1500;
    const answers = request();
    expect(answers).toEqual([undefined]);
    work.pass(2000);
    work.costMs = 0;
    for (let i = 0; i < 2000; i++) time.advance(1);
    expect(request()[0]?.bytes.length).toBeGreaterThan(1000);
  });

  it("is forgotten with the picture, even if half composed", () => {
    const { picture, time, memory, request } = mixedPicture();
    const answers = request();
    expect(memory.composedBytes).toBeGreaterThan(0);
    picture.clear();
    expect(answers).toEqual([undefined]);
    expect(memory.composedBytes).toBe(0);
    expect(time.pendingCount).toBe(0);
  });
});

describe("the memory of whole JPEGs", () => {
  const wholeBytes = () => mixedPicture({ time: new FakeTime() }).request()[0]?.bytes.length ?? 0;
  const composing = () => {
    const { memory, request } = mixedPicture({ time: new FakeTime() });
    request();
    return memory.composedBytes;
  };
  const memoryOf = (maxComposedBytes: number) =>
    new PictureMemory({ maxBytes: 2 ** 30, maxComposedBytes }, () => {});

  it("counts the JPEG and its requantised tiles until the room has no viewers", () => {
    const { picture, memory, request } = mixedPicture({ time: new FakeTime() });
    request();
    expect(memory.composedBytes).toBeGreaterThan(1.5 * wholeBytes());
    picture.apply(update([fineTile(3)]), 0);
    expect(memory.composedBytes).toBeLessThan(composing() - wholeBytes() + 1);
    picture.rest();
    expect(memory.composedBytes).toBe(0);
  });

  it("does not grow each time another table becomes the finest", () => {
    const { picture, memory, request } = mixedPicture({ time: new FakeTime() });
    request();
    const once = memory.composedBytes;
    for (let i = 0; i < 5; i++) {
      picture.apply(update(coarseTiles.slice(0, 1)), 0);
      request();
      picture.apply(update([fineTile(0)]), 0);
      request();
    }
    expect(memory.composedBytes).toBe(once);
  });

  it("is refused above its limit, and given back", () => {
    const { memory, request } = mixedPicture({ time: new FakeTime(), memory: memoryOf(1000) });
    expect(request()).toEqual([undefined]);
    expect(memory.composedBytes).toBe(0);
  });

  it("is taken from rooms with finished JPEGs for a room that is composing", () => {
    const memory = memoryOf(composing() + 10);
    const [one, two] = [new FakeTime(), new FakeTime()].map((time) =>
      mixedPicture({ time, memory }),
    );
    expect(one?.request()[0]).toBeDefined();
    expect(two?.request()[0]).toBeDefined();
    expect(memory.composedBytes).toBe(composing());
  });
});
