import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  type Colours,
  evenChannel,
  type PixelLayout,
  rgbaWord,
  unpackerOf,
} from "./pixel-format.ts";

/** Masks as the servers of this name report them: red, green, blue. */
const MASKS = {
  bgrx8888: [0xff0000, 0xff00, 0xff],
  rgbx8888: [0xff, 0xff00, 0xff0000],
  xbgr8888: [0xff00, 0xff0000, 0xff000000],
  rgb101010: [0x3ff00000, 0xffc00, 0x3ff],
  bgr101010: [0x3ff, 0xffc00, 0x3ff00000],
  rgb565: [0xf800, 0x7e0, 0x1f],
  bgr565: [0x1f, 0x7e0, 0xf800],
  rgb555: [0x7c00, 0x3e0, 0x1f],
  rgb332: [0xe0, 0x1c, 0x3],
} as const;

function channels([red, green, blue]: readonly [number, number, number]): Colours {
  return {
    kind: "channels",
    red: evenChannel(red),
    green: evenChannel(green),
    blue: evenChannel(blue),
  };
}

/** The pixel that is nearest to a colour. */
function packed(masks: readonly number[], rgb: readonly number[]): number {
  return masks.reduce((px, mask, i) => {
    const lowest = (mask & -mask) >>> 0;
    const max = (mask >>> 0) / lowest;
    return px + Math.round(((rgb[i] ?? 0) * max) / 255) * lowest;
  }, 0);
}

/** An image with these pixel values, a row for each list, as a server would lay it out. */
function imageOf(layout: PixelLayout, rows: readonly (readonly number[])[]): Buffer {
  const { bitsPerPixel: bits, scanlinePad, bigEndian, highBitFirst } = layout;
  return Buffer.concat(
    rows.map((row) => {
      const bytes = (Math.ceil((row.length * bits) / scanlinePad) * scanlinePad) / 8;
      // What fills the row means nothing.
      const line = Buffer.alloc(bytes, 0xa5);
      row.forEach((px, x) => {
        for (let bit = 0; bit < bits; bit++) {
          const one = Math.floor(px / 2 ** bit) % 2;
          const [at, place] = placeOf(x, bit);
          line[at] = ((line[at] ?? 0) & ~(1 << place)) | (one << place);
        }
      });
      return line;
      function placeOf(x: number, bit: number): [number, number] {
        if (bits >= 8) {
          const byte = bigEndian ? bits / 8 - 1 - (bit >> 3) : bit >> 3;
          return [(x * bits) / 8 + byte, bit & 7];
        }
        const within = (x * bits) & 7;
        const highFirst = bits === 4 ? bigEndian : highBitFirst;
        return [(x * bits) >> 3, bit + (highFirst ? 8 - bits - within : within)];
      }
    }),
  );
}

/** What an image looks like in the middle of a picture, as [r, g, b, a] per pixel. */
function unpacked(layout: PixelLayout, colours: Colours, rows: readonly (readonly number[])[]) {
  const [width, height] = [rows[0]?.length ?? 0, rows.length];
  const stride = width + 3;
  const picture = new Uint32Array(stride * (height + 2));
  // At an odd address, as replies are.
  const image = Buffer.concat([Buffer.from([0]), imageOf(layout, rows)]).subarray(1);
  unpackerOf(layout, colours)?.(image, { x: 2, y: 1, width, height }, picture, stride);
  const bytes = Buffer.from(picture.buffer);
  const px = (x: number, y: number) => [...bytes.subarray((y * stride + x) * 4).subarray(0, 4)];
  const outside = picture.filter((_, i) => {
    const [x, y] = [i % stride, Math.floor(i / stride)];
    return x < 2 || x >= 2 + width || y < 1 || y > height;
  });
  return { rows: rows.map((row, y) => row.map((_, x) => px(x + 2, y + 1))), outside };
}

const layoutOf = (bitsPerPixel: number, more: Partial<PixelLayout> = {}): PixelLayout => {
  return { bitsPerPixel, scanlinePad: 32, bigEndian: false, highBitFirst: false, ...more };
};

describe("unpackerOf", () => {
  it.each([
    ["bgrx8888", 32],
    ["bgrx8888", 24],
    ["rgbx8888", 32],
    ["rgbx8888", 24],
    ["xbgr8888", 32],
    ["rgb101010", 32],
    ["bgr101010", 32],
    ["rgb565", 16],
    ["bgr565", 16],
    ["rgb555", 16],
    ["rgb332", 8],
  ] as const)("reads %s at %i bits per pixel in both byte orders", (name, bitsPerPixel) => {
    const masks = MASKS[name];
    const colours = fc.array(fc.tuple(fc.nat(255), fc.nat(255), fc.nat(255)), { minLength: 7 });
    const widths = fc.integer({ min: 1, max: 7 });
    const holds = fc.property(colours, widths, fc.boolean(), (all, width, bigEndian) => {
      const height = Math.floor(all.length / width);
      const rows = Array.from({ length: height }, (_, y) => all.slice(y * width, (y + 1) * width));
      const layout = layoutOf(bitsPerPixel, { bigEndian });
      const pixels = rows.map((row) => row.map((rgb) => packed(masks, rgb)));
      const seen = unpacked(layout, channels(masks), pixels);
      rows.flat().forEach((rgb, i) => {
        const px = seen.rows.flat()[i] ?? [];
        masks.forEach((mask, channel) => {
          const steps = (mask >>> 0) / ((mask & -mask) >>> 0);
          const error = Math.abs((px[channel] ?? -1) - (rgb[channel] ?? 0));
          expect(error).toBeLessThanOrEqual(128 / Math.min(255, steps));
        });
        expect(px[3]).toBe(255);
      });
      expect([...seen.outside].every((word) => word === 0)).toBe(true);
    });
    fc.assert(holds, { numRuns: 30 });
  });

  it.each([1, 4, 8, 16])("reads a palette at %i bits per pixel in all orders", (bitsPerPixel) => {
    const size = Math.min(256, 2 ** bitsPerPixel);
    const palette = Uint32Array.from({ length: size }, (_, i) =>
      rgbaWord(i, 255 - i, (i * 7) % 256),
    );
    const rows = [0, 1, 2].map((y) =>
      Array.from({ length: 11 }, (_, x) => (x * 5 + y * 3 + 1) % size),
    );
    for (const order of [
      {},
      { bigEndian: true },
      { highBitFirst: true },
      { bigEndian: true, highBitFirst: true },
      { scanlinePad: bitsPerPixel < 16 ? 8 : 16 },
    ]) {
      const seen = unpacked(layoutOf(bitsPerPixel, order), { kind: "palette", palette }, rows);
      expect(seen.rows).toEqual(
        rows.map((row) => row.map((i) => [i, 255 - i, (i * 7) % 256, 255])),
      );
    }
  });

  it("ignores the bits of a pixel that mean nothing", () => {
    const white = [0xff, 0xff, 0xff, 0xff];
    const seen = unpacked(layoutOf(16), channels(MASKS.rgb555), [[0xffff, 0x7fff]]);
    expect(seen.rows).toEqual([[white, white]]);
    const palette = Uint32Array.of(rgbaWord(1, 2, 3), rgbaWord(4, 5, 6));
    const odd = unpacked(layoutOf(8), { kind: "palette", palette }, [[0xf1, 0x80]]);
    expect(odd.rows).toEqual([
      [
        [4, 5, 6, 255],
        [1, 2, 3, 255],
      ],
    ]);
  });

  it("uses the levels of a channel where they are not even, as with DirectColor", () => {
    const inverted = Uint8Array.from({ length: 256 }, (_, i) => 255 - i);
    const [red, green, blue] = MASKS.bgrx8888.map((mask) => ({ mask, levels: inverted }));
    if (!red || !green || !blue) throw new Error("three masks");
    const colours: Colours = { kind: "channels", red, green, blue };
    expect(unpacked(layoutOf(32), colours, [[0x102030]]).rows).toEqual([[[0xef, 0xdf, 0xcf, 255]]]);
  });

  it("has no answer for a palette with more than 16 bits, and for sizes that are not of the protocol", () => {
    const palette = Uint32Array.of(0);
    expect(unpackerOf(layoutOf(32), { kind: "palette", palette })).toBeUndefined();
    expect(unpackerOf(layoutOf(2), { kind: "palette", palette })).toBeUndefined();
    expect(unpackerOf(layoutOf(64), channels(MASKS.bgrx8888))).toBeUndefined();
  });
});
