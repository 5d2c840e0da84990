import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { decodeTurbo, encodeWhole, screenLike } from "../../../test/pictures.ts";
import { CLOSE, mendJpeg, ProtocolError, readJpegSize, readTileJpeg } from "../../index.ts";
import { concatBytes } from "../../wire/bytes.ts";

const jpeg = encodeWhole(screenLike({ width: 333, height: 44 }));
const frameAt = jpeg.findIndex((byte, i) => byte === 0xff && jpeg[i + 1] === 0xc0);

function changed(offset: number, value: number): Uint8Array {
  const copy = Uint8Array.from(jpeg);
  copy[offset] = value;
  return copy;
}

/** The picture with another size in its frame header. */
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

  it("refuses a header that is cut off anywhere, and yields a size or a typed error for changed bytes", () => {
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

/** The picture with these bytes inserted at an offset. */
function withBytes(offset: number, ...bytes: number[]): Uint8Array {
  return concatBytes([jpeg.subarray(0, offset), Uint8Array.from(bytes), jpeg.subarray(offset)]);
}

const scanAt = jpeg.findIndex((byte, i) => byte === 0xff && jpeg[i + 1] === 0xda);
const ascii = (text: string) => Uint8Array.from(text, (char) => char.charCodeAt(0));

describe("JPEGs as cameras and scripts send them (P-24, P-56)", () => {
  const { data: pixels } = decodeTurbo(jpeg);

  it.each([
    ["line breaks in front", withBytes(0, 13, 10, 13, 10)],
    [
      "the header of a multipart stream in front",
      concatBytes([ascii("--x\r\nContent-Type: image/jpeg\r\n\r\n"), jpeg]),
    ],
    ["stray bytes after SOI", withBytes(2, 0, 0)],
    ["fill bytes", withBytes(frameAt, 0xff, 0xff, 0xff)],
    ["a restart marker in the header", withBytes(2, 0xff, 0xd0)],
    ["a TEM marker in the header", withBytes(frameAt, 0xff, 0x01)],
    ["no EOI", jpeg.subarray(0, -2)],
    ["half an EOI", jpeg.subarray(0, -1)],
    ["zeros at its end", concatBytes([jpeg, new Uint8Array(3000)])],
    ["line breaks in front and no EOI", withBytes(0, 13, 10).subarray(0, -2)],
  ])("are accepted and mended for browsers: %s", (_, sent) => {
    expect(readJpegSize(sent)).toEqual({ width: 333, height: 44 });
    const mended = mendJpeg(sent);
    expect([...mended.subarray(0, 3)]).toEqual([0xff, 0xd8, 0xff]);
    expect(Buffer.from(mended).includes(Buffer.of(0xff, 0xd9))).toBe(true);
    expect(decodeTurbo(mended).data.equals(pixels)).toBe(true);
  });

  // The tests' native decoder treats its warnings as errors. Browsers skip such bytes.
  it.each([
    ["stray bytes before the frame header", withBytes(frameAt, 0, 0x12)],
    ["a stuffed FF between segments", withBytes(frameAt, 0xff, 0)],
    ["a stray byte before the scan", withBytes(scanAt, 0)],
  ])("are accepted unchanged: %s", (_, sent) => {
    expect(readJpegSize(sent)).toEqual({ width: 333, height: 44 });
    expect(mendJpeg(sent)).toBe(sent);
  });

  it("are unchanged if nothing is wrong with them", () => {
    expect(mendJpeg(jpeg)).toBe(jpeg);
    const padded = concatBytes([jpeg, new Uint8Array(3000)]);
    expect(mendJpeg(padded)).toBe(padded);
  });

  it("get an EOI even if their thumbnail has one", () => {
    const thumbnail = withBytes(2, 0xff, 0xe1, 0, 4, 0xff, 0xd9).subarray(0, -2);
    expect([...mendJpeg(thumbnail).subarray(-2)]).toEqual([0xff, 0xd9]);
  });

  it.each([
    ["PNG", Uint8Array.of(0x89, 0x50, 0x4e, 0x47, 13, 10, 26, 10)],
    ["WebP", ascii("RIFF....WEBP")],
    ["Base64 text", ascii(Buffer.from(jpeg).toString("base64"))],
    ["a data: URL", ascii(`data:image/jpeg;base64,${Buffer.from(jpeg).toString("base64")}`)],
  ])("are refused by name if they are %s", (name, sent) => {
    expect(() => readJpegSize(sent)).toThrow(`this is ${name}: each message must be`);
  });
});

describe("a header that is meant to be slow to read", () => {
  const SIZE = 2 ** 20;
  const repeated = (unit: readonly number[]) => {
    const bytes = new Uint8Array(SIZE - (SIZE % unit.length));
    for (let at = 0; at < bytes.length; at += unit.length) bytes.set(unit, at);
    return bytes;
  };

  it.each([
    ["empty segments", [0xff, 0xfe, 0, 2]],
    ["fill bytes", [0xff]],
    ["stray bytes", [0x11]],
    ["stuffed bytes", [0xff, 0]],
    ["restart markers", [0xff, 0xd0]],
    ["segments between stray bytes", [...new Array(60).fill(7), 0xff, 0xfe, 0, 2]],
  ])("is refused after a limited part of it was read: %s", (_, unit) => {
    let reads = 0;
    const sent = concatBytes([jpeg.subarray(0, 2), repeated(unit), jpeg.subarray(2)]);
    const counted = new Proxy(sent, {
      get: (bytes, key) => {
        reads++;
        const value: unknown = Reflect.get(bytes, key, bytes);
        return typeof value === "function" ? value.bind(bytes) : value;
      },
    });
    expect(() => readJpegSize(counted)).toThrow(ProtocolError);
    expect(reads).toBeLessThan(400_000);
  });
});

describe("readTileJpeg", () => {
  it("accepts only baseline 4:4:4 with the typical tables", () => {
    expect(() => readTileJpeg(changed(frameAt + 1, 0xc2))).toThrow("not baseline 4:4:4");
    expect(() => readTileJpeg(changed(frameAt + 11, 0x22))).toThrow("not baseline 4:4:4");
    const huffmanAt = jpeg.findIndex((byte, i) => byte === 0xff && jpeg[i + 1] === 0xc4);
    expect(() => readTileJpeg(changed(huffmanAt + 22, 0x77))).toThrow("typical Huffman tables");
    expect(() => readTileJpeg(jpeg.subarray(0, -1))).toThrow("no end");
  });
});
