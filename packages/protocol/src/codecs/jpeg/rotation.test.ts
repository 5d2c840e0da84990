import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { encodeWhole, screenLike } from "../../../test/pictures.ts";
import { withoutRotation } from "../../index.ts";
import { concatBytes } from "../../wire/bytes.ts";

const jpeg = encodeWhole(screenLike({ width: 64, height: 48 }));

/** The picture with an EXIF block of two entries, the second of which is the rotation. */
function rotated(orientation: number, byteOrder: "II" | "MM"): Uint8Array {
  const little = byteOrder === "II";
  const tiff = new DataView(new ArrayBuffer(8 + 2 + 24 + 4));
  tiff.setUint16(0, little ? 0x4949 : 0x4d4d);
  tiff.setUint16(2, 42, little);
  tiff.setUint32(4, 8, little);
  tiff.setUint16(8, 2, little);
  for (const [at, tag, value] of [
    [10, 0x0100, 3],
    [22, 0x0112, orientation],
  ] as const) {
    tiff.setUint16(at, tag, little);
    tiff.setUint16(at + 2, 3, little);
    tiff.setUint32(at + 4, 1, little);
    tiff.setUint16(at + 8, value, little);
  }
  const payload = concatBytes([
    Uint8Array.of(0x45, 0x78, 0x69, 0x66, 0, 0),
    new Uint8Array(tiff.buffer),
  ]);
  const length = payload.length + 2;
  const head = Uint8Array.of(0xff, 0xe1, length >> 8, length & 0xff);
  return concatBytes([jpeg.subarray(0, 2), head, payload, jpeg.subarray(2)]);
}

describe("withoutRotation (P-24)", () => {
  it.each(["II", "MM"] as const)(
    "makes the JPEG equal to one that requests no rotation: %s",
    (byteOrder) => {
      for (let orientation = 2; orientation <= 8; orientation++) {
        expect(withoutRotation(rotated(orientation, byteOrder))).toEqual(rotated(1, byteOrder));
      }
    },
  );

  it("returns the same bytes if no rotation is requested", () => {
    expect(withoutRotation(jpeg)).toBe(jpeg);
    const upright = rotated(1, "MM");
    expect(withoutRotation(upright)).toBe(upright);
  });

  it("keeps the length and the pixels whatever the EXIF block contains", () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(fc.nat(60), fc.nat(255)), { maxLength: 8 }), (flips) => {
        const damaged = rotated(6, "II");
        for (const [at, value] of flips) damaged[12 + (at % 36)] = value;
        const result = withoutRotation(damaged);
        expect(result.length).toBe(damaged.length);
        const scan = damaged.length - jpeg.length + 2;
        expect(result.subarray(scan)).toEqual(damaged.subarray(scan));
      }),
    );
  });
});
