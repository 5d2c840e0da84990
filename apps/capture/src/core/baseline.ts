/**
 * What the other side has been sent of a picture: of each tile the very pixels that were encoded, how finely, and when. It begins
 * empty with each epoch, and moves only once the socket took an update. Compares and copies, and encodes nothing.
 */
import { type Geometry, tileRuns } from "@screen-share/protocol";
import { allTiles, damagedTiles, type SameBytes } from "./damage.ts";

const BYTES_PER_PX = 4;

/** What a tile takes that was never encoded: about what one of text does, bytes. */
const LIKELY_BYTES = 400;

/** Tiles of one update, as they were encoded. */
export interface SentTiles {
  /** The picture that they are of; it is kept, so nobody may write to it. */
  readonly pixels: Uint8Array;
  readonly indices: readonly number[];
  /** How long each became, in the same order; none for codec `jpeg`. */
  readonly lengths: readonly number[];
  /** How finely, see `encoder.ts`. */
  readonly level: number;
  /** Whether they are all in which this picture differs. */
  readonly complete: boolean;
  /** any steady clock, ms */
  readonly now: number;
}

export class Baseline {
  /** When each tile was sent last, ms; −∞ if it never was. */
  readonly #sentAt: Float64Array;
  readonly #level: Uint8Array;
  /** How long each tile was when it was encoded last, bytes. */
  readonly #lengths: Uint32Array;
  #missing: number;
  #pixels: Uint8Array | undefined;
  /** Whether the pixels are a copy of our own, which may be written to. */
  #own = false;

  constructor(
    readonly geometry: Geometry,
    private readonly same: SameBytes,
  ) {
    this.#sentAt = new Float64Array(geometry.tileCount).fill(Number.NEGATIVE_INFINITY);
    this.#level = new Uint8Array(geometry.tileCount);
    this.#lengths = new Uint32Array(geometry.tileCount).fill(LIKELY_BYTES);
    this.#missing = geometry.tileCount;
  }

  /** The tiles of a picture that are not those that were sent, in ascending order. */
  damage(pixels: Uint8Array): number[] {
    const sent = this.#pixels;
    if (!sent) return allTiles(this.geometry);
    const differing = damagedTiles(this.geometry, sent, pixels, this.same);
    if (this.#missing === 0) return differing;
    const differs = new Set(differing);
    return allTiles(this.geometry).filter((index) => differs.has(index) || !this.#has(index));
  }

  /** When a tile was sent last, ms; −∞ if it never was. */
  sentAt(index: number): number {
    return this.#sentAt[index] ?? Number.NEGATIVE_INFINITY;
  }

  /** How long a tile is likely to become, bytes: as it was the last time. */
  likelyBytes(index: number): number {
    return this.#lengths[index] ?? LIKELY_BYTES;
  }

  /** The tiles that were sent before `before`, less finely than `level`; ascending. */
  coarserThan(level: number, before: number): number[] {
    const found: number[] = [];
    for (let index = 0; index < this.#level.length; index++) {
      if ((this.#level[index] ?? level) < level && this.sentAt(index) < before) found.push(index);
    }
    return found;
  }

  /** The socket took these. */
  sent({ pixels, indices, lengths, level, complete, now }: SentTiles): void {
    for (const [i, index] of indices.entries()) {
      this.#lengths[index] = lengths[i] ?? LIKELY_BYTES;
      if (!this.#has(index)) this.#missing--;
      this.#sentAt[index] = now;
      this.#level[index] = level;
    }
    if (complete) {
      this.#pixels = pixels;
      this.#own = false;
    } else this.#copy(pixels, indices);
  }

  #has(index: number): boolean {
    return this.sentAt(index) !== Number.NEGATIVE_INFINITY;
  }

  #copy(pixels: Uint8Array, indices: readonly number[]): void {
    // Of a tile that was never sent the pixels do not count, whatever they are.
    if (!this.#pixels || !this.#own) this.#pixels = Uint8Array.from(this.#pixels ?? pixels);
    this.#own = true;
    const rowBytes = this.geometry.width * BYTES_PER_PX;
    for (const index of indices) {
      for (const { x, y, width, height } of tileRuns(this.geometry, index)) {
        for (let row = y; row < y + height; row++) {
          const from = row * rowBytes + x * BYTES_PER_PX;
          this.#pixels.set(pixels.subarray(from, from + width * BYTES_PER_PX), from);
        }
      }
    }
  }
}
