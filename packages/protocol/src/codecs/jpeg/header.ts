/**
 * Reads a JPEG's marker segments (ITU-T T.81 §B.1.1) without touching its entropy-coded bytes: the size of any
 * JPEG that browsers show, and the tables and scan of one that can become a tile.
 */

import { checkSize, type Size } from "../../picture/geometry.ts";
import { concatBytes, equalBytes } from "../../wire/bytes.ts";
import { ProtocolError } from "../../wire/errors.ts";
import { HUFFMAN_TABLES, type QuantTables } from "./tables.ts";

const SOI = 0xd8;
const EOI = 0xd9;
const SOS = 0xda;
const DQT = 0xdb;
const DHT = 0xc4;
const DRI = 0xdd;
const BASELINE = 0xc0;
/** Baseline, extended sequential and progressive: what browsers decode. */
const SHOWN_FRAMES: readonly number[] = [BASELINE, 0xc1, 0xc2];

/** The most marker segments that a header may have. A colour profile takes up to 255, metadata some hundreds. */
const MAX_HEADER_SEGMENTS = 2048;
/** The most bytes of a header that may belong to no marker segment. */
const MAX_STRAY_BYTES = 64 * 1024;
/** The most bytes that may stand before a JPEG's own first one. */
const MAX_LEADING_BYTES = 128;
/** How far from the end a JPEG's EOI is looked for; cameras fill their buffers up with zeros. */
const MAX_TRAILING_BYTES = 64 * 1024;

export interface MarkerSegment {
  readonly marker: number;
  /** Without the length field. */
  readonly payload: Uint8Array;
  /** Where its FF is. */
  readonly start: number;
  /** Where the bytes after this segment begin. */
  readonly end: number;
}

/** The marker segments from SOI to the first SOS, that one included. */
export function* markerSegments(jpeg: Uint8Array): Generator<MarkerSegment> {
  let at = startOfJpeg(jpeg) + 2;
  let strayBytesLeft = MAX_STRAY_BYTES;
  for (let count = 0; count < MAX_HEADER_SEGMENTS; count++) {
    const markerAt = findMarker(jpeg, at, strayBytesLeft);
    strayBytesLeft -= markerAt - 1 - at;
    const marker = jpeg[markerAt];
    if (marker === undefined) throw new ProtocolError("the JPEG ends within its header");
    if (hasNoLength(marker)) {
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

/**
 * Where the SOI marker is: at the beginning, or after a few bytes that are left over from whatever the JPEG was wrapped in (line breaks
 * or the header of a multipart stream, a length).
 * @throws ProtocolError if it is nowhere near
 */
function startOfJpeg(jpeg: Uint8Array): number {
  if (jpeg[0] === 0xff && jpeg[1] === SOI) return 0;
  for (let at = 1; at <= MAX_LEADING_BYTES; at++) {
    if (jpeg[at] === 0xff && jpeg[at + 1] === SOI && jpeg[at + 2] === 0xff) return at;
  }
  throw new ProtocolError(notJpeg(jpeg));
}

/** Formats that people send in place of JPEG, by how they begin. Base64 is often sent as a binary message, too. */
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

/** Where the next marker's code is, after fill bytes and stray ones, which decoders skip. `jpeg.length` if it ends before. */
function findMarker(jpeg: Uint8Array, from: number, maxStrayBytes: number): number {
  for (let at = from + 1; at <= jpeg.length; at++) {
    if (at - 1 - from > maxStrayBytes) throw new ProtocolError("the JPEG's header is broken");
    // FF00 is no marker, and of several FF the last counts (T.81 §B.1.1.2).
    if (jpeg[at - 1] === 0xff && jpeg[at] !== 0x00 && jpeg[at] !== 0xff) return at;
  }
  return jpeg.length;
}

/** TEM and RSTn stand alone (T.81 §B.1.1.3); decoders skip them in a header. */
function hasNoLength(marker: number): boolean {
  return marker === 0x01 || (marker >= 0xd0 && marker <= 0xd7);
}

function isFrame(marker: number): boolean {
  return marker >= 0xc0 && marker <= 0xcf && marker !== DHT && marker !== 0xc8 && marker !== 0xcc;
}

function frameSize(payload: Uint8Array): Size {
  const [, h1 = 0, h0 = 0, w1 = 0, w0 = 0] = payload;
  return { width: (w1 << 8) | w0, height: (h1 << 8) | h0 };
}

/**
 * The size of a whole JPEG of any kind that browsers show: baseline or progressive, grey or colour, with any
 * tables. Metadata such as an EXIF rotation is ignored.
 * @throws ProtocolError if it is no such JPEG (4400), or too large (4413, see `geometry.ts`)
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
    throw new ProtocolError("the JPEG does not tell its size");
  }
  checkSize(size);
  return size;
}

/**
 * A JPEG as decoders want it: without anything before SOI, and with the EOI that some cameras leave out, without which browsers refuse
 * to draw it. What was cut off in its scan is drawn as far as it goes.
 * @param jpeg as `readJpegSize` takes it
 * @returns the same bytes where they are fine
 */
export function mendJpeg(jpeg: Uint8Array): Uint8Array {
  const [first, ...others] = markerSegments(jpeg);
  if (!first) return jpeg;
  const scanStart = others.at(-1)?.end ?? first.end;
  const hasEnd = endsWithEoi(jpeg, scanStart);
  // Browsers know a JPEG by its first three bytes.
  const begins = jpeg[0] === 0xff && jpeg[1] === SOI && jpeg[2] === 0xff;
  if (begins && hasEnd) return jpeg;
  const fromFirst = jpeg.subarray(first.start);
  return concatBytes([Uint8Array.of(0xff, SOI), fromFirst, hasEnd ? NOTHING : END]);
}

const NOTHING = new Uint8Array();
const END = Uint8Array.of(0xff, EOI);

/** @param scanStart where its first scan begins: an EOI before that is a thumbnail's */
function endsWithEoi(jpeg: Uint8Array, scanStart: number): boolean {
  const first = Math.max(scanStart, jpeg.length - MAX_TRAILING_BYTES);
  for (let at = jpeg.length - 2; at >= first; at--) {
    if (jpeg[at] === 0xff && jpeg[at + 1] === EOI) return true;
  }
  return false;
}

/** A JPEG that can become a tile. */
export interface TileJpeg extends Size {
  readonly tables: QuantTables;
  /** Where its entropy-coded bytes begin; they end before the last two bytes, EOI. */
  readonly scanStart: number;
}

/**
 * Reads a JPEG made by an encoder for one tile, and makes sure that its scan may stand beside others:
 * baseline, YCbCr 4:4:4 in one scan, the typical Huffman tables, no restart markers of its own.
 * @throws Error if the encoder made anything else: a bug on our side, not a peer's fault
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
  const luma = tables.get(0);
  const chroma = tables.get(1);
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
