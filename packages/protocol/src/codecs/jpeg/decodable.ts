/**
 * Prepares a producer's whole JPEG for a browser's decoder, so that all browsers show the same picture (P-97): cameras write metadata that
 * browsers apply, and a hostile producer can send JPEGs that cost far more to decode than to send.
 */

import { MAX_AREA, type Size } from "../../picture/geometry.ts";
import { concatBytes } from "../../wire/bytes.ts";
import { markerSegments } from "./header.ts";

/** The most pixels that all scans of a picture may cover together. A progressive JPEG normally has 10 to 14 scans. */
export const MAX_SCANNED_AREA = 16 * MAX_AREA;

const SOI = Uint8Array.of(0xff, 0xd8);
const EOI = Uint8Array.of(0xff, 0xd9);
const SOS = 0xda;

/**
 * Removes metadata that changes how browsers draw a stored picture, such as an EXIF rotation, and stray bytes in the header. Scans beyond
 * the limit are left out, so that a progressive JPEG shows less detail.
 */
export function decodableJpeg(jpeg: Uint8Array, { width, height }: Size): Uint8Array<ArrayBuffer> {
  const parts: Uint8Array[] = [SOI];
  let scanStart = jpeg.length;
  for (const { marker, payload, start, end } of markerSegments(jpeg)) {
    if (isKept(marker, payload)) parts.push(jpeg.subarray(start, end));
    scanStart = end;
  }
  const maxScans = Math.floor(MAX_SCANNED_AREA / (width * height));
  parts.push(jpeg.subarray(scanStart, endOfScans(jpeg, scanStart, maxScans)), EOI);
  return concatBytes(parts);
}

/** Keeps only metadata about colours: JFIF (E0), Adobe's transform (EE) and the ICC profile (E2). */
function isKept(marker: number, payload: Uint8Array): boolean {
  const metadata = (marker >= 0xe0 && marker <= 0xef) || marker === 0xfe;
  if (!metadata || marker === 0xe0 || marker === 0xee) return true;
  return marker === 0xe2 && String.fromCharCode(...payload.subarray(0, 4)) === "ICC_";
}

/** The offset of the EOI, of the first scan beyond the limit, or of the end of the bytes. */
function endOfScans(jpeg: Uint8Array, scanStart: number, maxScans: number): number {
  let scans = 1;
  for (let at = scanStart; ; ) {
    at = jpeg.indexOf(0xff, at);
    const marker = jpeg[at + 1];
    if (at < 0 || marker === undefined) return jpeg.length;
    if (marker === EOI[1] || (marker === SOS && scans++ === maxScans)) return at;
    // Stuffed zeros, fill bytes and restart markers belong to the scan. Any other marker begins a segment with a length.
    if (marker === 0 || marker === 0xff || (marker >= 0xd0 && marker <= 0xd7)) {
      at += marker === 0xff ? 1 : 2;
      continue;
    }
    const end = at + 2 + (((jpeg[at + 2] ?? 0) << 8) | (jpeg[at + 3] ?? 0));
    // The JPEG ends within this segment. What precedes it can be shown.
    if (end > jpeg.length - EOI.length) return at;
    at = end;
  }
}
