import { readJpegSize, type Tile, type Update } from "@screen-share/protocol";
import { decodeTurbo, encodeTiles, screenLike } from "@screen-share/protocol/testing";
import { FakeTime } from "@screen-share/protocol/testing/fake-time";
import { describe, expect, it } from "vitest";
import { FakeWork } from "../../test/participants.ts";
import { Picture } from "./picture.ts";
import { PictureMemory } from "./picture-memory.ts";

const size = { width: 640, height: 64 };
const qualities = [20, 50, 90].map((quality) => encodeTiles(screenLike(size), quality));
const tables = qualities.map((each) => each.tables);
const stream = { codec: "jpeg-tiles" as const, ...size, tables };

/** Tile `index` as encoded for table `table`. */
function tile(index: number, table: number): Tile {
  const found = qualities[table]?.tiles[index];
  if (!found) throw new RangeError("no such tile");
  return { ...found, table };
}

function update(tiles: readonly Tile[], overrides: Partial<Update> = {}): Update {
  const times = { capturedAt: 0, encodedAt: 0, relayedAt: 0 };
  return { keyframe: false, cut: false, epoch: 1, ...times, tiles, ...overrides };
}

function described(): Picture {
  const picture = new Picture({
    memory: new PictureMemory({ maxBytes: 2 ** 30, maxComposedBytes: 2 ** 30 }, () => {}),
    work: new FakeWork(),
    time: new FakeTime(),
    evicted: () => {},
    cleared: () => {},
    composed: () => {},
  });
  picture.describe(1, stream);
  return picture;
}

function wholeJpeg(picture: Picture): Uint8Array {
  if (!picture.shown) throw new Error("nothing is shown");
  const whole = picture.whole.newest(picture.shown);
  if (!whole) throw new Error("it takes more than one slice");
  return whole.bytes;
}

const indices = qualities[0]?.tiles.map(({ index }) => index) ?? [];

describe("Picture.whole", () => {
  it("is correct after each change of the finest table in use (P-53)", () => {
    const picture = described();
    let tiles = indices.map((index) => tile(index, 0));
    picture.apply(update(tiles, { keyframe: true }), 0);
    for (const [index, table] of [
      [0, 1],
      [1, 2],
      [1, 0],
      [0, 0],
      [5, 2],
    ] as const) {
      picture.apply(update([tile(index, table)]), 0);
      tiles = tiles.map((each) => (each.index === index ? tile(index, table) : each));
      const fresh = described();
      fresh.apply(update(tiles, { keyframe: true }), 0);
      expect(Buffer.compare(wholeJpeg(picture), wholeJpeg(fresh))).toBe(0);
      const original = screenLike(size).data;
      const shown = decodeTurbo(wholeJpeg(picture)).data;
      let error = 0;
      shown.forEach((level, i) => {
        error += Math.abs(level - (original[i] ?? 0));
      });
      expect(error / shown.length).toBeLessThan(12);
    }
  });

  it("is composed once, and kept across updates of 0 tiles", () => {
    const picture = described();
    picture.apply(
      update(
        indices.map((index) => tile(index, 2)),
        { keyframe: true },
      ),
      0,
    );
    const jpeg = wholeJpeg(picture);
    picture.apply(update([]), 1);
    expect(wholeJpeg(picture)).toBe(jpeg);
    expect(readJpegSize(jpeg)).toEqual(size);
  });
});

describe("ShownPicture.updateSince", () => {
  it("keeps composed updates of little more than one picture", () => {
    const picture = described();
    const all = indices.map((index) => tile(index, 2));
    picture.apply(update(all, { keyframe: true }), 0);
    for (let i = 0; i < 20; i++) picture.apply(update(all), 0);
    const { shown } = picture;
    if (!shown) throw new Error("nothing is shown");
    // Every cursor gets all tiles here, so keeping them all would hold twenty pictures.
    const first = shown.updateSince(0);
    for (let cursor = 1; cursor < 20; cursor++) shown.updateSince(cursor);
    const [last, again] = [shown.updateSince(19), shown.updateSince(19)];
    expect(again).toBe(last);
    if (first.length > 64 * 1024) expect(shown.updateSince(0)).not.toBe(first);
  });
});

describe("times", () => {
  it("of a producer are never in the future, and default to the time of arrival", () => {
    const picture = described();
    const all = indices.map((index) => tile(index, 2));
    picture.apply(update(all, { keyframe: true, capturedAt: 1e300, encodedAt: 1e300 }), 5000);
    expect(picture.shown?.store).toMatchObject({ capturedAt: 5000, encodedAt: 5000 });
    picture.apply(update([]), 6000);
    expect(picture.shown?.store.capturedAt).toBe(6000);
  });
});
