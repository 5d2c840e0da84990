/**
 * Converts a tile from coarse quantisation tables to finer ones without decoding pixels (ITU-T T.81 §F.1.2, §F.2.2). Whole JPEGs, which
 * have one pair of tables, need it. The producer is never slowed down for them.
 */
import { TILE_MCUS } from "../../picture/geometry.ts";
import {
  AC_CHROMA,
  AC_LUMA,
  DC_CHROMA,
  DC_LUMA,
  type HuffmanTable,
  type QuantTables,
} from "../jpeg/tables.ts";
import { emptySegment, MAX_MCU_BYTES } from "./segment.ts";

/** The largest categories of baseline JPEG (T.81 tables F.1 and F.2). */
const MAX_DC_CATEGORY = 11;
const MAX_AC_CATEGORY = 10;
const BLOCK = 64;
/** The symbol for sixteen zero coefficients with another coefficient to follow. */
const ZERO_RUN = 0xf0;
const END_OF_BLOCK = 0x00;

/** A Huffman table in both directions. */
interface Coder {
  /** By the next 16 bits: the code's length in the high byte and its symbol in the low one. 0 if there is no such code. */
  readonly lookup: Uint16Array;
  readonly codes: Uint16Array;
  readonly lengths: Uint8Array;
}

function coder({ counts, symbols }: HuffmanTable): Coder {
  const lookup = new Uint16Array(1 << 16);
  const codes = new Uint16Array(256);
  const lengths = new Uint8Array(256);
  let code = 0;
  let next = 0;
  counts.forEach((count, i) => {
    const length = i + 1;
    for (let n = 0; n < count; n++, next++, code++) {
      const symbol = symbols[next] ?? 0;
      codes[symbol] = code;
      lengths[symbol] = length;
      const spare = 16 - length;
      lookup.fill((length << 8) | symbol, code << spare, (code + 1) << spare);
    }
    code <<= 1;
  });
  return { lookup, codes, lengths };
}

const LUMA = { dc: coder(DC_LUMA), ac: coder(AC_LUMA) };
const CHROMA = { dc: coder(DC_CHROMA), ac: coder(AC_CHROMA) };

/** Coefficients become a few bits longer, so only a hostile tile grows by more than this factor. It is replaced by an empty one. */
const MAX_GROWTH = 6;

interface Component {
  readonly dc: Coder;
  readonly ac: Coder;
  /** The number of fine steps per coarse step, in zigzag order. */
  readonly scale: Float64Array;
}

/** A tile's bytes are not valid Huffman codes of its blocks. */
class BrokenSegment extends Error {}

class BitReader {
  #at = 0;
  #bits = 0;
  #held = 0;

  constructor(private readonly bytes: Uint8Array) {}

  symbol(table: Coder): number {
    this.#fill(16);
    const entry = table.lookup[(this.#bits >>> (this.#held - 16)) & 0xffff] ?? 0;
    if (entry === 0) throw new BrokenSegment();
    this.#held -= entry >> 8;
    return entry & 0xff;
  }

  /** Reads a coefficient of this category (T.81 §F.2.2.1, EXTEND). */
  value(category: number): number {
    if (category === 0) return 0;
    this.#fill(category);
    this.#held -= category;
    const value = (this.#bits >>> this.#held) & ((1 << category) - 1);
    return value < 1 << (category - 1) ? value - (1 << category) + 1 : value;
  }

  /** Makes at least `count` bits available. After the end these are ones, as in an encoder's padding. */
  #fill(count: number): void {
    while (this.#held < count) {
      const byte = this.bytes[this.#at++] ?? 0xff;
      if (byte === 0xff) this.#at++; // the stuffed 00
      // At most 15 bits are held at this point, so 24 bits are enough.
      this.#bits = ((this.#bits << 8) | byte) & 0xffffff;
      this.#held += 8;
    }
    if (this.#at > 2 * this.bytes.length + 64) throw new BrokenSegment();
  }
}

class BitWriter {
  readonly #bytes = new Uint8Array(MAX_MCU_BYTES * TILE_MCUS);
  #length = 0;
  #bits = 0;
  #held = 0;

  put(value: number, count: number): void {
    this.#bits = (this.#bits << count) | (value & ((1 << count) - 1));
    this.#held += count;
    while (this.#held >= 8) {
      this.#held -= 8;
      const byte = (this.#bits >>> this.#held) & 0xff;
      this.#bytes[this.#length++] = byte;
      if (byte === 0xff) this.#bytes[this.#length++] = 0;
    }
    this.#bits &= (1 << this.#held) - 1;
  }

  symbol(table: Coder, symbol: number): void {
    this.put(table.codes[symbol] ?? 0, table.lengths[symbol] ?? 0);
  }

  value(value: number, category: number): void {
    if (category > 0) this.put(value < 0 ? value - 1 : value, category);
  }

  get length(): number {
    return this.#length;
  }

  /** Returns the written bytes as a copy, and resets the writer. */
  finish(): Uint8Array {
    if (this.#held > 0) this.put(0x7f, 8 - this.#held);
    const bytes = this.#bytes.slice(0, this.#length);
    this.#length = this.#bits = this.#held = 0;
    return bytes;
  }
}

function categoryOf(value: number): number {
  return 32 - Math.clz32(Math.abs(value));
}

function clamp(value: number, category: number): number {
  const limit = 2 ** category - 1;
  return Math.max(-limit, Math.min(limit, value));
}

export class Requantiser {
  readonly #components: readonly Component[];
  readonly #writer = new BitWriter();

  constructor(from: QuantTables, to: QuantTables) {
    const scale = (a: readonly number[], b: readonly number[]) =>
      Float64Array.from(a, (step, i) => step / (b[i] ?? 1));
    const luma = { ...LUMA, scale: scale(from.luma, to.luma) };
    const chroma = { ...CHROMA, scale: scale(from.chroma, to.chroma) };
    this.#components = [luma, chroma, chroma];
  }

  /** Converts a tile that `checkSegment` accepts, of 1 … 16 MCUs, in new bytes. If its bytes are not valid, it becomes an empty one. */
  requantise(segment: Uint8Array, mcuCount: number): Uint8Array {
    try {
      const reader = new BitReader(segment);
      const dcIn = [0, 0, 0];
      const dcOut = [0, 0, 0];
      for (let mcu = 0; mcu < mcuCount; mcu++) {
        this.#components.forEach((component, c) => {
          const { dc, scale } = component;
          const readCategory = reader.symbol(dc);
          if (readCategory > MAX_DC_CATEGORY) throw new BrokenSegment();
          dcIn[c] = (dcIn[c] ?? 0) + reader.value(readCategory);
          const scaled = Math.round((dcIn[c] ?? 0) * (scale[0] ?? 1));
          const difference = clamp(scaled - (dcOut[c] ?? 0), MAX_DC_CATEGORY);
          dcOut[c] = (dcOut[c] ?? 0) + difference;
          const category = categoryOf(difference);
          this.#writer.symbol(dc, category);
          this.#writer.value(difference, category);
          this.#acCoefficients(reader, component);
        });
        if (this.#writer.length > MAX_GROWTH * segment.length) throw new BrokenSegment();
      }
      return this.#writer.finish();
    } catch (error) {
      if (!(error instanceof BrokenSegment)) throw error;
      this.#writer.finish();
      return emptySegment(mcuCount);
    }
  }

  #acCoefficients(reader: BitReader, { ac, scale }: Component): void {
    const writer = this.#writer;
    let zeros = 0;
    let at = 1;
    while (at < BLOCK) {
      const symbol = reader.symbol(ac);
      if (symbol === END_OF_BLOCK) break;
      const run = symbol >> 4;
      const category = symbol & 0x0f;
      at += run;
      zeros += run;
      if (at >= BLOCK) throw new BrokenSegment();
      const scaled = Math.round(reader.value(category) * (scale[at] ?? 1));
      const value = clamp(scaled, MAX_AC_CATEGORY);
      at++;
      if (value === 0) {
        zeros++;
        continue;
      }
      for (; zeros > 15; zeros -= 16) writer.symbol(ac, ZERO_RUN);
      const written = categoryOf(value);
      writer.symbol(ac, (zeros << 4) | written);
      writer.value(value, written);
      zeros = 0;
    }
    if (zeros > 0 || at < BLOCK) writer.symbol(ac, END_OF_BLOCK);
  }
}
