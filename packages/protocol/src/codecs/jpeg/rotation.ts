/** The rotation that the EXIF block of a JPEG requests (JEITA CP-3451, tag 0x0112). It is ignored everywhere (P-24). */
import { markerSegments } from "./header.ts";

const APP1 = 0xe1;
const EXIF = [0x45, 0x78, 0x69, 0x66, 0, 0];
const ORIENTATION = 0x0112;
const ENTRY_BYTES = 12;
const UPRIGHT = 1;

/** Removes the request for a rotation from a JPEG that `readJpegSize` accepts. @returns a copy, or the same bytes if there is none */
export function withoutRotation(jpeg: Uint8Array): Uint8Array {
  let copy: Uint8Array | undefined;
  for (const { marker, payload, start } of markerSegments(jpeg)) {
    if (marker !== APP1 || EXIF.some((byte, i) => payload[i] !== byte)) continue;
    const tiff = payload.subarray(EXIF.length);
    const littleEndian = tiff[0] === 0x49;
    const valueAt = orientationAt(tiff, littleEndian);
    if (valueAt === undefined) continue;
    copy ??= new Uint8Array(jpeg);
    // FF, marker and length stand before the payload.
    const at = start + 4 + EXIF.length + valueAt;
    copy.set(littleEndian ? [UPRIGHT, 0] : [0, UPRIGHT], at);
  }
  return copy ?? jpeg;
}

/** The offset of the orientation's value in a TIFF 6.0 directory, as EXIF uses it. Undefined if there is none or it is upright. */
function orientationAt(tiff: Uint8Array, littleEndian: boolean): number | undefined {
  if (tiff.length < 8) return undefined;
  const view = new DataView(tiff.buffer, tiff.byteOffset, tiff.length);
  const short = (at: number) =>
    at + 2 <= tiff.length ? view.getUint16(at, littleEndian) : undefined;
  const directory = view.getUint32(4, littleEndian);
  const count = short(directory) ?? 0;
  for (let i = 0; i < count; i++) {
    const entry = directory + 2 + i * ENTRY_BYTES;
    const tag = short(entry);
    if (tag === undefined) return undefined;
    if (tag !== ORIENTATION) continue;
    const value = short(entry + 8);
    return value === undefined || value === UPRIGHT ? undefined : entry + 8;
  }
  return undefined;
}
