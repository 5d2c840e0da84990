/**
 * The rotation that the EXIF block of a JPEG requests (JEITA CP-3451, tag 0x0112). Browsers and many other programs apply it, others do
 * not. It is ignored everywhere (P-24), so it is removed from pictures that are sent as files.
 */
import { markerSegments } from "./header.ts";

const APP1 = 0xe1;
const EXIF = [0x45, 0x78, 0x69, 0x66, 0, 0];
const ORIENTATION = 0x0112;
const ENTRY_BYTES = 12;
/** No rotation. */
const UPRIGHT = 1;

/**
 * Removes the request for a rotation.
 * @param jpeg that `readJpegSize` accepts
 * @returns a copy, or the same bytes if they request none
 */
export function withoutRotation(jpeg: Uint8Array): Uint8Array {
  let copy: Uint8Array | undefined;
  for (const { marker, payload, start } of markerSegments(jpeg)) {
    if (marker !== APP1 || EXIF.some((byte, i) => payload[i] !== byte)) continue;
    const tiff = new Tiff(payload.subarray(EXIF.length));
    const valueAt = tiff.orientationAt();
    if (valueAt === undefined) continue;
    copy ??= new Uint8Array(jpeg);
    // FF, marker and length stand before the payload.
    const at = start + 4 + EXIF.length + valueAt;
    copy.set(tiff.littleEndian ? [UPRIGHT, 0] : [0, UPRIGHT], at);
  }
  return copy ?? jpeg;
}

/** The part of TIFF 6.0 that EXIF uses: a header and a directory of entries. */
class Tiff {
  readonly littleEndian: boolean;
  readonly #view: DataView;

  constructor(private readonly bytes: Uint8Array) {
    this.littleEndian = bytes[0] === 0x49;
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  }

  /** The offset of the orientation's value. Undefined if there is none or it is upright. */
  orientationAt(): number | undefined {
    if (this.bytes.length < 8) return undefined;
    const directory = this.#view.getUint32(4, this.littleEndian);
    const count = this.#short(directory) ?? 0;
    for (let i = 0; i < count; i++) {
      const entry = directory + 2 + i * ENTRY_BYTES;
      const tag = this.#short(entry);
      if (tag === undefined) return undefined;
      if (tag !== ORIENTATION) continue;
      const value = this.#short(entry + 8);
      return value === undefined || value === UPRIGHT ? undefined : entry + 8;
    }
    return undefined;
  }

  #short(at: number): number | undefined {
    return at + 2 <= this.bytes.length ? this.#view.getUint16(at, this.littleEndian) : undefined;
  }
}
