import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { encodeWhole, screenLike } from "../../../test/pictures.ts";
import { decodableJpeg, mendJpeg, readJpegSize } from "../../index.ts";
import { concatBytes } from "../../wire/bytes.ts";

const SIZE = { width: 333, height: 44 };
const plain = encodeWhole(screenLike(SIZE));

function segment(marker: number, payload: Uint8Array): Uint8Array {
  const length = payload.length + 2;
  return concatBytes([Uint8Array.of(0xff, marker, length >> 8, length & 0xff), payload]);
}

const ascii = (text: string) => Uint8Array.from(text, (letter) => letter.charCodeAt(0));

/** An EXIF block with one entry: the rotation (JEITA CP-3451, tag 0x0112). */
function exif(orientation: number): Uint8Array {
  const tiff = [0x4d, 0x4d, 0, 42, 0, 0, 0, 8, 0, 1, 1, 0x12, 0, 3, 0, 0, 0, 1, 0, orientation];
  return segment(
    0xe1,
    concatBytes([ascii("Exif\0\0"), Uint8Array.from([...tiff, 0, 0, 0, 0, 0, 0])]),
  );
}

const withSegments = (jpeg: Uint8Array, ...segments: Uint8Array[]) =>
  concatBytes([jpeg.subarray(0, 2), ...segments, jpeg.subarray(2)]);

/** A header up to the frame, then this many scans of one byte each: they can be counted, but not decoded. */
function withScans(count: number, size = SIZE): Uint8Array {
  const frameAt = plain.findIndex((byte, i) => byte === 0xff && plain[i + 1] === 0xc0);
  const header = Uint8Array.from(plain.subarray(0, frameAt + 19));
  header[frameAt + 1] = 0xc2;
  new DataView(header.buffer).setUint16(frameAt + 5, size.height);
  new DataView(header.buffer).setUint16(frameAt + 7, size.width);
  const table = segment(0xc4, new Uint8Array(17));
  const scan = segment(0xda, Uint8Array.of(1, 1, 0, 0, 0, 0));
  const data = Uint8Array.of(0x12, 0xff, 0x00, 0xff, 0xd0, 0x34);
  const scans = Array.from({ length: count }, () => [table, scan, data]).flat();
  return concatBytes([header, ...scans, Uint8Array.of(0xff, 0xd9)]);
}

const countOf = (jpeg: Uint8Array, marker: number) =>
  jpeg.reduce((sum, byte, i) => sum + Number(byte === 0xff && jpeg[i + 1] === marker), 0);

describe("decodableJpeg (P-97)", () => {
  it("does not change a plain picture", () => {
    expect(Buffer.from(decodableJpeg(plain, SIZE)).equals(plain)).toBe(true);
  });

  it.each([1, 2, 3, 4, 5, 6, 7, 8])("removes an EXIF rotation: %i", (orientation) => {
    const rotated = withSegments(plain, exif(orientation));
    expect(Buffer.from(decodableJpeg(rotated, SIZE)).equals(plain)).toBe(true);
  });

  it("removes all other metadata anywhere in the header", () => {
    const xmp = segment(0xe1, ascii("http://ns.adobe.com/xap/1.0/\0<tiff:Orientation>6"));
    const others = [0xe2, 0xe3, 0xed, 0xef, 0xfe].map((marker) => segment(marker, ascii("MPF\0")));
    const dressed = withSegments(plain, xmp, exif(6), ...others, exif(3));
    expect(Buffer.from(decodableJpeg(dressed, SIZE)).equals(plain)).toBe(true);
  });

  it("keeps metadata about colours", () => {
    const adobe = segment(0xee, ascii("Adobe\0d\0\0\0\0\u0001"));
    const icc = segment(0xe2, ascii("ICC_PROFILE\0\u0001\u0001 and the profile"));
    const coloured = withSegments(plain, adobe, icc);
    expect(Buffer.from(decodableJpeg(coloured, SIZE)).equals(coloured)).toBe(true);
  });

  it("removes stray bytes, fill bytes and everything after the end", () => {
    const odd = concatBytes([
      withSegments(plain, Uint8Array.of(0, 17, 0xff, 0xff)),
      plain.subarray(0, 400),
    ]);
    expect(Buffer.from(decodableJpeg(odd, SIZE)).equals(plain)).toBe(true);
  });

  it("adds an EOI to a picture that was cut off anywhere in its scan, and keeps the rest", () => {
    const scanAt = plain.findIndex((byte, i) => byte === 0xff && plain[i + 1] === 0xda);
    fc.assert(
      fc.property(fc.integer({ min: scanAt + 14, max: plain.length - 1 }), (length) => {
        const cut = decodableJpeg(mendJpeg(plain.subarray(0, length)), SIZE);
        const expected = concatBytes([plain.subarray(0, length), Uint8Array.of(0xff, 0xd9)]);
        expect(Buffer.from(cut).equals(expected)).toBe(true);
      }),
      { numRuns: 60 },
    );
  });

  it("keeps every scan of a normal progressive picture", () => {
    const picture = withScans(14, { width: 8192, height: 4096 });
    expect(Buffer.from(decodableJpeg(picture, { width: 8192, height: 4096 })).equals(picture)).toBe(
      true,
    );
  });

  it.each([
    [8192, 4096, 16],
    [2048, 2048, 128],
    [3840, 2160, 64],
  ])(
    "keeps only the first scans of a %i×%i px picture with a thousand: %i",
    (width, height, scans) => {
      const bounded = decodableJpeg(withScans(1000, { width, height }), { width, height });
      expect(countOf(bounded, 0xda)).toBe(scans);
      expect([...bounded.subarray(-2)]).toEqual([0xff, 0xd9]);
      expect(readJpegSize(bounded)).toEqual({ width, height });
    },
  );

  it("ends before a segment that was cut off between scans", () => {
    const picture = withScans(3);
    const tableAt = picture.lastIndexOf(0xc4) - 1;
    const cut = decodableJpeg(mendJpeg(picture.subarray(0, tableAt + 9)), SIZE);
    expect(countOf(cut, 0xda)).toBe(2);
    expect(countOf(cut, 0xc4)).toBe(2);
    expect([...cut.subarray(-2)]).toEqual([0xff, 0xd9]);
  });

  it("returns a JPEG of the same size for any JPEG that is accepted, and changes it no further", () => {
    const flips = fc.array(fc.tuple(fc.nat(plain.length - 1), fc.nat(255)), { maxLength: 6 });
    fc.assert(
      fc.property(flips, (changes) => {
        const jpeg = Uint8Array.from(plain);
        for (const [at, value] of changes) jpeg[at] = value;
        let size: typeof SIZE;
        try {
          size = readJpegSize(jpeg);
        } catch {
          return;
        }
        const once = decodableJpeg(mendJpeg(jpeg), size);
        expect(readJpegSize(once)).toEqual(size);
        expect(Buffer.from(decodableJpeg(once, size)).equals(once)).toBe(true);
        expect(once.length).toBeLessThanOrEqual(jpeg.length + 2);
      }),
      { numRuns: 500 },
    );
  });
});
