/** Reads the marker segments of a JPEG (ITU-T T.81 §B.1.1): the size of any JPEG that browsers show, and the parts of a tile's. */

import { checkSize, type Size } from "../../picture/geometry.ts";
import { concatBytes, equalBytes } from "../../wire/bytes.ts";
import { ProtocolError } from "../../wire/close.ts";
import { HUFFMAN_TABLES, type JpegFrame } from "./tables.ts";

const SOI = 0xd8;
const EOI = 0xd9;
const SOS = 0xda;
const DQT = 0xdb;
const DHT = 0xc4;
const DRI = 0xdd;
const BASELINE = 0xc0;
/** Baseline, extended sequential and progressive, which browsers decode. */
const SHOWN_FRAMES: readonly number[] = [BASELINE, 0xc1, 0xc2];

/** The most marker segments in a header. A colour profile takes up to 255, and metadata several hundred. */
const MAX_HEADER_SEGMENTS = 2048;
/** The most bytes of a header outside its marker segments. */
const MAX_STRAY_BYTES = 64 * 1024;
/** The most bytes before the SOI marker. */
const MAX_LEADING_BYTES = 128;
/** The most bytes after the EOI marker. Cameras fill their buffers with zeros. */
const MAX_TRAILING_BYTES = 64 * 1024;

export interface MarkerSegment {
  readonly marker: number;
  readonly payload: Uint8Array;
  readonly start: number;
  readonly end: number;
}

/** The marker segments after SOI up to and including the first SOS. */
export function* markerSegments(jpeg: Uint8Array): Generator<MarkerSegment> {
  let at = startOfJpeg(jpeg) + 2;
  let strayBytesLeft = MAX_STRAY_BYTES;
  for (let count = 0; count < MAX_HEADER_SEGMENTS; count++) {
    const markerAt = findMarker(jpeg, at, strayBytesLeft);
    strayBytesLeft -= markerAt - 1 - at;
    const marker = jpeg[markerAt];
    if (marker === undefined) throw new ProtocolError("the JPEG ends within its header");
    // TEM and RSTn have no length (T.81 §B.1.1.3). Decoders skip them in a header.
    if (marker === 0x01 || (marker >= 0xd0 && marker <= 0xd7)) {
      at = markerAt + 1;
      continue;
    }
    const length = ((jpeg[markerAt + 1] ?? 0) << 8) | (jpeg[markerAt + 2] ?? 0);
    const end = markerAt + 1 + length;
    if (marker < 0xc0 || marker === SOI || marker === EOI || length < 2) {
      throw new ProtocolError("the JPEG's header is broken");
    }
    if (end > jpeg.length) throw new ProtocolError("the JPEG ends within its header");
    yield { marker, payload: jpeg.subarray(markerAt + 3, end), start: markerAt - 1, end };
    if (marker === SOS) return;
    at = end;
  }
  throw new ProtocolError("the JPEG's header has too many parts");
}

/** The offset of the SOI marker: 0, or after a few bytes of a multipart stream or a length. @throws ProtocolError if there is none */
function startOfJpeg(jpeg: Uint8Array): number {
  if (jpeg[0] === 0xff && jpeg[1] === SOI) return 0;
  for (let at = 1; at <= MAX_LEADING_BYTES; at++) {
    if (jpeg[at] === 0xff && jpeg[at + 1] === SOI && jpeg[at + 2] === 0xff) return at;
  }
  throw new ProtocolError(notJpeg(jpeg));
}

/** Formats that people send instead of JPEG, by their first bytes. Base64 is often sent as a binary message, too. */
const OTHER_FORMATS: readonly { readonly begins: string; readonly name: string }[] = [
  { begins: "\x89PNG", name: "PNG" },
  { begins: "RIFF", name: "WebP" },
  { begins: "GIF8", name: "GIF" },
  { begins: "/9j/", name: "Base64 text" },
  { begins: "data:", name: "a data: URL" },
];

function notJpeg(bytes: Uint8Array): string {
  const head = String.fromCharCode(...bytes.subarray(0, 8));
  const other = OTHER_FORMATS.find(({ begins }) => head.startsWith(begins));
  return other
    ? `this is ${other.name}: each message must be the bytes of one JPEG`
    : "this is not a JPEG: each message must be the bytes of one whole JPEG";
}

/** The offset of the next marker's code, after fill bytes and stray bytes, which decoders skip. `jpeg.length` if there is none. */
function findMarker(jpeg: Uint8Array, from: number, maxStrayBytes: number): number {
  for (let at = from + 1; at <= jpeg.length; at++) {
    if (at - 1 - from > maxStrayBytes) throw new ProtocolError("the JPEG's header is broken");
    // FF00 is not a marker, and any number of FF may precede a code (T.81 §B.1.1.2).
    if (jpeg[at - 1] === 0xff && jpeg[at] !== 0x00 && jpeg[at] !== 0xff) return at;
  }
  return jpeg.length;
}

function isFrame(marker: number): boolean {
  return marker >= 0xc0 && marker <= 0xcf && marker !== DHT && marker !== 0xc8 && marker !== 0xcc;
}

function frameSize(payload: Uint8Array): Size {
  const [, h1 = 0, h0 = 0, w1 = 0, w0 = 0] = payload;
  return { width: (w1 << 8) | w0, height: (h1 << 8) | h0 };
}

/**
 * The size of a whole JPEG of any kind that browsers show, without regard to metadata such as an EXIF rotation.
 * @throws ProtocolError if it is not such a JPEG (4400), or too large (4413, see `geometry.ts`)
 */
export function readJpegSize(jpeg: Uint8Array): Size {
  let size: Size | undefined;
  for (const { marker, payload } of markerSegments(jpeg)) {
    if (!isFrame(marker)) continue;
    if (!SHOWN_FRAMES.includes(marker) || payload[0] !== 8 || size) {
      throw new ProtocolError("browsers cannot show this kind of JPEG");
    }
    size = frameSize(payload);
  }
  if (!size || size.width === 0 || size.height === 0) {
    throw new ProtocolError("the JPEG does not state its size");
  }
  checkSize(size);
  return size;
}

/**
 * Makes a JPEG that `readJpegSize` accepts acceptable for decoders: removes bytes before SOI, and adds the EOI that some cameras leave out.
 * A JPEG whose scan was cut off is drawn as far as it goes. @returns new bytes, or the same ones if nothing is wrong
 */
export function mendJpeg(jpeg: Uint8Array): Uint8Array {
  const [first, ...others] = markerSegments(jpeg);
  if (!first) return jpeg;
  const scanStart = others.at(-1)?.end ?? first.end;
  const hasEnd = endsWithEoi(jpeg, scanStart);
  // Browsers recognise a JPEG by its first three bytes.
  const begins = jpeg[0] === 0xff && jpeg[1] === SOI && jpeg[2] === 0xff;
  if (begins && hasEnd) return jpeg;
  const fromFirst = jpeg.subarray(first.start);
  return concatBytes([Uint8Array.of(0xff, SOI), fromFirst, hasEnd ? NOTHING : END]);
}

const NOTHING = new Uint8Array();
const END = Uint8Array.of(0xff, EOI);

/** @param scanStart the offset of the first scan. An EOI before it belongs to a thumbnail */
function endsWithEoi(jpeg: Uint8Array, scanStart: number): boolean {
  const first = Math.max(scanStart, jpeg.length - MAX_TRAILING_BYTES);
  for (let at = jpeg.length - 2; at >= first; at--) {
    if (jpeg[at] === 0xff && jpeg[at + 1] === EOI) return true;
  }
  return false;
}

/** A JPEG that becomes a tile. */
export interface TileJpeg extends JpegFrame {
  /** The offset of its entropy-coded bytes, which end before the EOI, the last two bytes. */
  readonly scanStart: number;
}

/**
 * Reads a JPEG that an encoder made for one tile, and checks that its scan can be combined with others: baseline, YCbCr 4:4:4 in one scan,
 * the typical Huffman tables, no restart markers. @throws Error otherwise, which is our bug and not a peer's fault
 */
export function readTileJpeg(jpeg: Uint8Array): TileJpeg {
  let size: Size | undefined;
  let scanStart = 0;
  const tables = new Map<number, number[]>();
  for (const { marker, payload, end } of markerSegments(jpeg)) {
    if (marker === DQT) readQuantTables(payload, tables);
    else if (marker === DHT) checkHuffmanTables(payload);
    else if (marker === DRI) throw new Error("a tile's JPEG has restart markers");
    else if (isFrame(marker)) {
      // Three components, each sampled 1×1, tables 0, 1, 1.
      const sampling = payload.subarray(5);
      const expected = Uint8Array.of(3, 1, 0x11, 0, 2, 0x11, 1, 3, 0x11, 1);
      if (marker !== BASELINE || payload[0] !== 8 || !equalBytes(sampling, expected)) {
        throw new Error("a tile's JPEG is not baseline 4:4:4");
      }
      size = frameSize(payload);
    }
    scanStart = end;
  }
  const [luma, chroma] = [tables.get(0), tables.get(1)];
  if (!size || !luma || !chroma) throw new Error("a tile's JPEG lacks its tables");
  if (jpeg.at(-2) !== 0xff || jpeg.at(-1) !== 0xd9) throw new Error("a tile's JPEG has no end");
  return { ...size, tables: { luma, chroma }, scanStart };
}

function readQuantTables(payload: Uint8Array, tables: Map<number, number[]>): void {
  for (let at = 0; at < payload.length; at += 65) {
    const id = payload[at] ?? 0;
    if (id > 1 || at + 65 > payload.length) throw new Error("a tile's JPEG has odd tables");
    tables.set(id, [...payload.subarray(at + 1, at + 65)]);
  }
}

function checkHuffmanTables(payload: Uint8Array): void {
  for (let at = 0; at < payload.length; ) {
    const expected = HUFFMAN_TABLES.get(payload[at] ?? -1);
    const symbolsAt = at + 17;
    const end = symbolsAt + (expected?.symbols.length ?? 0);
    if (
      !expected ||
      !equalBytes(payload.subarray(at + 1, symbolsAt), expected.counts) ||
      !equalBytes(payload.subarray(symbolsAt, end), expected.symbols)
    ) {
      throw new Error("a tile's JPEG does not use the typical Huffman tables");
    }
    at = end;
  }
}
