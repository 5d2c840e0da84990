/**
 * Reads a JPEG's marker segments (ITU-T T.81 §B.1.1) without touching its entropy-coded bytes: the size of any
 * JPEG that browsers show, and the tables and scan of one that can become a tile.
 */
import { equalBytes } from "./bytes.ts";
import { ProtocolError } from "./errors.ts";
import { checkSize, type Size } from "./geometry.ts";
import { HUFFMAN_TABLES, type QuantTables } from "./jpeg-tables.ts";

const SOI = 0xd8;
const SOS = 0xda;
const DQT = 0xdb;
const DHT = 0xc4;
const DRI = 0xdd;
const BASELINE = 0xc0;
/** Baseline, extended sequential and progressive: what browsers decode. */
const SHOWN_FRAMES: readonly number[] = [BASELINE, 0xc1, 0xc2];

interface MarkerSegment {
  readonly marker: number;
  /** Without the length field. */
  readonly payload: Uint8Array;
  /** Where the bytes after this segment begin. */
  readonly end: number;
}

/** The marker segments from SOI to the first SOS, that one included. */
function* markerSegments(jpeg: Uint8Array): Generator<MarkerSegment> {
  if (jpeg[0] !== 0xff || jpeg[1] !== SOI) throw new ProtocolError("this is not a JPEG");
  let at = 2;
  for (;;) {
    if (jpeg[at] !== 0xff) throw new ProtocolError("the JPEG's header is broken");
    while (jpeg[at + 1] === 0xff) at++; // fill bytes
    const marker = jpeg[at + 1];
    const length = ((jpeg[at + 2] ?? 0) << 8) | (jpeg[at + 3] ?? 0);
    const end = at + 2 + length;
    if (marker === undefined || marker < 0xc0 || length < 2 || end > jpeg.length) {
      throw new ProtocolError("the JPEG's header is broken");
    }
    yield { marker, payload: jpeg.subarray(at + 4, end), end };
    if (marker === SOS) return;
    at = end;
  }
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
