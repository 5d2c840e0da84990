/**
 * Tiles are the restart intervals of one JPEG scan (ITU-T T.81 §E.1.4). A restart marker resets the DC prediction and aligns the bit
 * stream, so an interval's bytes mean the same at any position. Here they are checked, and joined to a standard JPEG.
 */

import { TILE_MCUS } from "../../picture/geometry.ts";
import { ProtocolError } from "../../wire/close.ts";
import { type JpegFrame, jpegHeader } from "../jpeg/tables.ts";

/** The fewest bits that an MCU takes: per component the shortest DC code and the shortest EOB. */
const MIN_MCU_BITS = 14;
/**
 * The most bytes that an MCU can take: DC of at most 20 bits (luma) and 22 (chroma, twice), 3 × 63 AC coefficients of at most 26 bits
 * (T.81 Annex K), with every byte stuffed.
 */
export const MAX_MCU_BYTES = 2 * Math.ceil((20 + 2 * 22 + 3 * 63 * 26) / 8);

const EOI = Uint8Array.of(0xff, 0xd9);

/**
 * Checks that a tile's bytes cannot damage more than the tile: their length is possible, and every FF is stuffed, so that they contain no
 * marker nor end with half of one. @param mcuCount MCUs of the tile, 1 … 16. @throws ProtocolError
 */
export function checkSegment(bytes: Uint8Array, mcuCount: number): void {
  if (bytes.length * 8 < MIN_MCU_BITS * mcuCount || bytes.length > MAX_MCU_BYTES * mcuCount) {
    throw new ProtocolError("a tile's bytes are too few or too many for its size");
  }
  for (let at = bytes.indexOf(0xff); at >= 0; at = bytes.indexOf(0xff, at + 2)) {
    if (bytes[at + 1] !== 0) {
      throw new ProtocolError("a tile's bytes hold a marker, or end on half of one");
    }
  }
}

/** The entropy-coded bytes of an empty tile of 1 … 16 MCUs, which is mid-grey with any quantisation tables. */
export function emptySegment(mcuCount: number): Uint8Array {
  // Per MCU: luma DC category 0 (00) and EOB (1010), then twice chroma DC category 0 (00) and EOB (00).
  const bits = "00101000000000".repeat(mcuCount);
  return Uint8Array.from({ length: Math.ceil(bits.length / 8) }, (_, i) =>
    Number.parseInt(bits.slice(8 * i, 8 * i + 8).padEnd(8, "1"), 2),
  );
}

/** An empty tile of 16 MCUs, which pads an atlas. */
export const EMPTY_TILE: Uint8Array = emptySegment(TILE_MCUS);

/** A picture of this size must have as many tiles as there are segments. */
export interface JpegParts extends JpegFrame {
  /** The tiles' bytes in scan order. */
  readonly segments: readonly Uint8Array[];
}

/** Joins tiles to a standard baseline JPEG: header, tile, RST0, tile, RST1, …, EOI. */
export function assembleJpeg(parts: JpegParts): Uint8Array<ArrayBuffer> {
  const joiner = new JpegJoiner(parts);
  joiner.join(parts.segments.length);
  return joiner.jpeg;
}

/** The length of the JPEG that is joined from these parts, bytes. */
export function joinedLength(parts: JpegParts): number {
  const markers = 2 * Math.max(0, parts.segments.length - 1);
  const bytes = parts.segments.reduce((sum, { length }) => sum + length, 0);
  return jpegHeader(parts).length + bytes + markers + EOI.length;
}

/** Joins a JPEG in steps, since a large one would block other work for too long. */
export class JpegJoiner {
  /** Complete once `join` has returned true. */
  readonly jpeg: Uint8Array<ArrayBuffer>;
  #next = 0;
  #at = 0;

  constructor(private readonly parts: JpegParts) {
    this.jpeg = new Uint8Array(joinedLength(parts));
    this.#put(jpegHeader(parts));
  }

  /** Joins up to `count` more segments. @returns whether all are joined */
  join(count: number): boolean {
    const { segments } = this.parts;
    for (const end = Math.min(segments.length, this.#next + count); this.#next < end; ) {
      if (this.#next > 0) this.#put(RESTARTS[(this.#next - 1) & 7] ?? EOI);
      this.#put(segments[this.#next] ?? EOI);
      this.#next++;
    }
    if (this.#next < segments.length) return false;
    this.jpeg.set(EOI, this.jpeg.length - EOI.length);
    return true;
  }

  #put(bytes: Uint8Array): void {
    this.jpeg.set(bytes, this.#at);
    this.#at += bytes.length;
  }
}

const RESTARTS = Array.from({ length: 8 }, (_, i) => Uint8Array.of(0xff, 0xd0 + i));
