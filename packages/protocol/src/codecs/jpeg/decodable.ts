/**
 * Prepares a producer's whole JPEG for a browser's decoder, so that all browsers show the same picture (P-97). Cameras and phones write
 * metadata that browsers follow and we do not (the option `imageOrientation: "none"` no longer stops them), and a hostile producer writes
 * JPEGs that cost far more to decode than to send.
 */

import { MAX_AREA, type Size } from "../../picture/geometry.ts";
import { concatBytes } from "../../wire/bytes.ts";
import { markerSegments } from "./header.ts";

/**
 * The most pixels that all scans of a picture may cover together. A progressive JPEG normally has 10 to 14 scans; one with a thousand
 * would keep the decoder busy for minutes.
 */
export const MAX_SCANNED_AREA = 16 * MAX_AREA;

const SOI = Uint8Array.of(0xff, 0xd8);
const EOI = Uint8Array.of(0xff, 0xd9);
const SOS = 0xda;

/**
 * The same picture without the metadata that changes how browsers draw it, such as an EXIF rotation, and without stray bytes in its header.
 * If it has too many scans it ends before the first that is one too many: a progressive JPEG then shows less detail.
 * @param jpeg as a `FrameStore` holds it
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

/** Of metadata only what concerns colours: JFIF (E0), Adobe's transform (EE), and of E2 the ICC profile. */
function isKept(marker: number, payload: Uint8Array): boolean {
  const metadata = (marker >= 0xe0 && marker <= 0xef) || marker === 0xfe;
  if (!metadata || marker === 0xe0 || marker === 0xee) return true;
  return marker === 0xe2 && String.fromCharCode(...payload.subarray(0, 4)) === "ICC_";
}

/** Where the EOI of a JPEG is, or its first scan too many, or the JPEG ends. */
function endOfScans(jpeg: Uint8Array, scanStart: number, maxScans: number): number {
  let scans = 1;
  for (let at = scanStart; ; ) {
    at = jpeg.indexOf(0xff, at);
    const marker = jpeg[at + 1];
    if (at < 0 || marker === undefined) return jpeg.length;
    if (marker === EOI[1] || (marker === SOS && scans++ === maxScans)) return at;
    // Stuffed zeros, fill bytes and restart markers belong to the scan; what follows any other marker has a length.
    const inScan = marker === 0 || marker === 0xff || (marker >= 0xd0 && marker <= 0xd7);
    if (inScan) {
      at += marker === 0xff ? 1 : 2;
      continue;
    }
    const end = at + 2 + (((jpeg[at + 2] ?? 0) << 8) | (jpeg[at + 3] ?? 0));
    // Cut off within this segment: what came before it can be shown.
    if (end > jpeg.length - EOI.length) return at;
    at = end;
  }
}
