import {
  assembleJpeg,
  checkSegment,
  FrameStore,
  geometryOf,
  type Size,
  tileMcuCount,
} from "@screen-share/protocol";
import { decodeTurbo, encodeWhole, seededRandom } from "@screen-share/protocol/testing";
import { describe, expect, it } from "vitest";
import { frameOf, keptLog } from "../../../test/frames.ts";
import { allTiles } from "../../core/damage.ts";
import { EncoderUnavailable, type Frame, type TileEncoder } from "../../ports.ts";
import { chooseEncoder, JpegJsEncoder } from "./choose.ts";
import { openJpegTurbo } from "./jpeg-turbo.ts";

const SIZES: Size[] = [
  { width: 1366, height: 768 },
  { width: 1367, height: 77 },
  { width: 1920, height: 136 },
  { width: 129, height: 9 },
  { width: 13, height: 203 },
  { width: 7, height: 5 },
  { width: 1, height: 1 },
  { width: 8191, height: 3 },
];

function turbo(quality = 60): TileEncoder {
  const encoder = openJpegTurbo([quality]);
  if (encoder instanceof EncoderUnavailable) throw new Error(encoder.reason);
  return encoder;
}

/** What a relay would hold after a keyframe, as one JPEG. */
async function replicated(encoder: TileEncoder, frame: Frame): Promise<Uint8Array> {
  const stream = encoder.describe(frame);
  const tiles = await encoder.encode(frame, allTiles(geometryOf(frame)), 0);
  const store = new FrameStore(stream);
  const times = { capturedAt: 0, encodedAt: 0, relayedAt: 0 };
  store.apply({ keyframe: true, cut: false, epoch: 1, ...times, tiles });
  expect(store.complete).toBe(true);
  const segments = store.since(0).map(({ bytes }) => bytes);
  const [tables] = stream.tables;
  const { width, height } = frame;
  return tables ? assembleJpeg({ width, height, tables, segments }) : (segments[0] ?? Buffer.of());
}

describe.each([
  ["jpeg-turbo", turbo],
  ["jpeg-js", (quality = 60) => new JpegJsEncoder([quality])],
] as const)("every encoder: %s", (name, open) => {
  it.each(SIZES)(
    "makes a picture that a store takes and a decoder shows, $width×$height",
    async (size) => {
      const frame = frameOf(size);
      const shown = decodeTurbo(await replicated(open(90), frame));
      expect(shown).toMatchObject(size);
      expect(meanDifference(shown.data, frame.pixels)).toBeLessThan(12);
    },
  );

  it("has its own name, and encodes nothing without damage", async () => {
    expect(open().name).toBe(name);
    expect(await open().encode(frameOf({ width: 64, height: 64 }), [], 0)).toEqual([]);
  });

  it("does not modify the frame's pixels", async () => {
    const frame = frameOf({ width: 171, height: 20 });
    const before = Buffer.from(frame.pixels);
    await open().encode(frame, allTiles(geometryOf(frame)), 0);
    expect(frame.pixels.equals(before)).toBe(true);
  });

  it("makes smaller pictures of lower quality", async () => {
    const frame = frameOf({ width: 640, height: 200 });
    const [coarse, fine] = [await replicated(open(20), frame), await replicated(open(80), frame)];
    expect(coarse.length).toBeLessThan(fine.length);
  });
});

describe("jpeg-turbo", () => {
  it.each(SIZES)("is bit-exact with encoding in one piece at $width×$height", async (size) => {
    const frame = frameOf(size);
    const shown = decodeTurbo(await replicated(turbo(), frame));
    const expected = decodeTurbo(encodeWhole({ ...size, data: frame.pixels }));
    expect(shown.data.equals(expected.data)).toBe(true);
  });

  it.each([1, 60, 100])("makes tiles of noise that pass the check, quality %i", async (quality) => {
    const random = seededRandom(quality);
    const size = { width: 1000, height: 40 };
    const pixels = Buffer.from(Array.from({ length: 1000 * 40 * 4 }, () => random() * 256));
    const tiles = await turbo(quality).encode(
      { ...size, pixels, capturedAt: 0, subject: "noise" },
      allTiles(geometryOf(size)),
      0,
    );
    for (const { index, bytes } of tiles) {
      checkSegment(bytes, tileMcuCount(geometryOf(size), index));
    }
  });

  it("encodes some tiles exactly as it would all, and returns none in a buffer that it reuses", async () => {
    const frame = frameOf({ width: 1366, height: 100 });
    const encoder = turbo();
    const all = await encoder.encode(frame, allTiles(geometryOf(frame)), 0);
    const some = await encoder.encode(frame, [3, 10, 11, all.length - 1], 0);
    expect(some.map(({ index }) => index)).toEqual([3, 10, 11, all.length - 1]);
    for (const tile of some) expect(tile).toEqual(all[tile.index]);
  });
});

describe("levels", () => {
  it("each have their own tables, in one stream, and each tile names its table", async () => {
    const frame = frameOf({ width: 256, height: 8 });
    const encoder = openJpegTurbo([20, 60, 90]);
    if (encoder instanceof EncoderUnavailable) throw new Error(encoder.reason);
    expect(encoder.describe(frame).tables).toHaveLength(3);
    const sizes: number[] = [];
    for (const level of [0, 1, 2]) {
      const [tile] = await encoder.encode(frame, [1], level);
      expect(tile).toMatchObject({ index: 1, table: level });
      sizes.push(tile?.bytes.length ?? 0);
    }
    expect(sizes).toEqual(sizes.toSorted((a, b) => a - b));
    expect(new Set(sizes).size).toBe(3);
  });
});

describe("chooseEncoder", () => {
  const openTurbo = () => new EncoderUnavailable("no binary for this machine");

  it("takes the native one if it loads", () => {
    const log = keptLog();
    const chosen = chooseEncoder({ choice: "auto", qualities: [60], log });
    expect(chosen).toMatchObject({ name: "jpeg-turbo" });
    expect(log.lines).toEqual([]);
  });

  it("falls back if it does not, and logs that once", () => {
    const log = keptLog();
    const chosen = chooseEncoder({ choice: "auto", qualities: [60], log, openTurbo });
    expect(chosen).toMatchObject({ name: "jpeg-js" });
    expect(log.lines).toHaveLength(1);
    expect(log.lines[0]).toContain("no binary for this machine");
  });

  it("does not fall back from one requested by name", () => {
    const chosen = chooseEncoder({
      choice: "jpeg-turbo",
      qualities: [60],
      log: keptLog(),
      openTurbo,
    });
    expect(chosen).toBeInstanceOf(EncoderUnavailable);
  });
});

function meanDifference(a: Uint8Array, b: Uint8Array): number {
  let sum = 0;
  for (let i = 0; i < b.length; i++) sum += i % 4 === 3 ? 0 : Math.abs((a[i] ?? 0) - (b[i] ?? 0));
  return sum / b.length;
}
