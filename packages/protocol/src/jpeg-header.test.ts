import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { CLOSE, ProtocolError, readJpegSize, readTileJpeg } from "./index.ts";
import { encodeWhole, screenLike } from "./testing/pictures.ts";

const jpeg = encodeWhole(screenLike({ width: 333, height: 44 }));
const frameAt = jpeg.findIndex((byte, i) => byte === 0xff && jpeg[i + 1] === 0xc0);

function changed(offset: number, value: number): Uint8Array {
  const copy = Uint8Array.from(jpeg);
  copy[offset] = value;
  return copy;
}

/** The picture, with another size in its frame header. */
function sized(width: number, height: number): Uint8Array {
  const copy = Uint8Array.from(jpeg);
  new DataView(copy.buffer).setUint16(frameAt + 5, height);
  new DataView(copy.buffer).setUint16(frameAt + 7, width);
  return copy;
}

describe("readJpegSize (P-24)", () => {
  it("reads the size of baseline, extended and progressive pictures", () => {
    for (const marker of [0xc0, 0xc1, 0xc2]) {
      expect(readJpegSize(changed(frameAt + 1, marker))).toEqual({ width: 333, height: 44 });
    }
  });

  it.each([
    ["lossless", changed(frameAt + 1, 0xc3)],
    ["arithmetic", changed(frameAt + 1, 0xc9)],
    ["12-bit", changed(frameAt + 4, 12)],
    ["heightless", changed(frameAt + 6, 0)],
    ["headless", jpeg.subarray(2)],
    ["a PNG", Uint8Array.of(0x89, 0x50, 0x4e, 0x47)],
    ["nothing", new Uint8Array()],
  ])("refuses what browsers do not show: %s", (_, bytes) => {
    expect(() => readJpegSize(bytes)).toThrow(ProtocolError);
  });

  it.each([
    [8192, 4096],
    [4096, 8192],
    [8192, 1],
    [5792, 5793],
  ])("accepts %i×%i px (P-15)", (width, height) => {
    expect(readJpegSize(sized(width, height))).toEqual({ width, height });
  });

  it.each([
    [8192, 8192],
    [8192, 4097],
    [5793, 5793],
    [8193, 1],
    [1, 65_535],
  ])("refuses %i×%i px as too large (P-15)", (width, height) => {
    expect(() => readJpegSize(sized(width, height))).toThrow(
      expect.objectContaining({ closeCode: CLOSE.tooLarge }),
    );
  });

  it("refuses every prefix of the header, and survives any flips", () => {
    for (let length = 0; length < frameAt; length++) {
      expect(() => readJpegSize(jpeg.subarray(0, length))).toThrow(ProtocolError);
    }
    fc.assert(
      fc.property(fc.array(fc.tuple(fc.nat(700), fc.nat(255)), { maxLength: 6 }), (flips) => {
        const copy = Uint8Array.from(jpeg);
        for (const [at, value] of flips) copy[at % copy.length] = value;
        try {
          const { width, height } = readJpegSize(copy);
          expect(width * height).toBeGreaterThan(0);
        } catch (error) {
          expect(error).toBeInstanceOf(ProtocolError);
        }
      }),
      { numRuns: 500 },
    );
  });
});

describe("readTileJpeg", () => {
  it("refuses to make a tile of anything but baseline 4:4:4 with the typical tables", () => {
    expect(() => readTileJpeg(changed(frameAt + 1, 0xc2))).toThrow("not baseline 4:4:4");
    expect(() => readTileJpeg(changed(frameAt + 11, 0x22))).toThrow("not baseline 4:4:4");
    const huffmanAt = jpeg.findIndex((byte, i) => byte === 0xff && jpeg[i + 1] === 0xc4);
    expect(() => readTileJpeg(changed(huffmanAt + 22, 0x77))).toThrow("typical Huffman tables");
    expect(() => readTileJpeg(jpeg.subarray(0, -1))).toThrow("no end");
  });
});
