/**
 * What the receiver has been sent of a picture: for each tile the exact pixels that were encoded, at which level, and when. It begins empty with each
 * epoch, and moves only after the socket accepted an update.
 */

import { type Geometry, tileRuns } from "@screen-share/protocol";
import { BYTES_PER_PX } from "../ports.ts";
import { allTiles, damagedTiles, type SameBytes } from "./damage.ts";
import { differsFaintly, FAINT_PER_CLEAR, FaintChanges } from "./faint.ts";

/** The expected length of a tile that was never encoded, bytes: about that of a tile with text. */
const LIKELY_BYTES = 400;

/** With more damage than this, none of it counts as faint: comparing would take longer than sending, and an echo is smaller. */
const MAX_FAINT_TILES = 2048;

/** The tiles of a picture that differ from what was sent. All lists are in ascending order. */
export interface Damage {
  readonly clear: readonly number[];
  /** Faint changes that may be sent now. */
  readonly faint: readonly number[];
  /** Faint changes that are held back. */
  readonly held: readonly number[];
}

/** Tiles of one update, as they were encoded. */
export interface AcceptedTiles {
  /** The picture that they are part of. It is kept, so it must not be written to. */
  readonly pixels: Uint8Array;
  readonly indices: readonly number[];
  /** The length of each, in the same order. Empty if the codec is not divisible. */
  readonly lengths: readonly number[];
  readonly levels: readonly number[];
  /** Which of them changed only faintly. */
  readonly faint?: ReadonlySet<number>;
  /** Whether the receiver now has this whole picture. */
  readonly complete: boolean;
  /** any steady clock, ms */
  readonly now: number;
}

export class Baseline {
  /** When each tile was last sent, ms; −∞ if it never was. */
  readonly #sentAt: Float64Array;
  readonly #level: Uint8Array;
  /** The length of each tile when it was last encoded, bytes. */
  readonly #lengths: Uint32Array;
  readonly #faint: FaintChanges;
  #missing: number;
  #pixels: Uint8Array | undefined;
  /** Whether the pixels are our own copy, which may be written to. */
  #own = false;

  constructor(
    readonly geometry: Geometry,
    private readonly same: SameBytes,
  ) {
    this.#sentAt = new Float64Array(geometry.tileCount).fill(Number.NEGATIVE_INFINITY);
    this.#level = new Uint8Array(geometry.tileCount);
    this.#lengths = new Uint32Array(geometry.tileCount).fill(LIKELY_BYTES);
    this.#faint = new FaintChanges(geometry.tileCount);
    this.#missing = geometry.tileCount;
  }

  get whole(): boolean {
    return this.#missing === 0;
  }

  /** The tiles of a picture that differ from what was sent, by what to do about them now. */
  sortedDamage(pixels: Uint8Array, now: number): Damage {
    const damage = this.damage(pixels);
    const sent = this.#pixels;
    if (!sent || damage.length > MAX_FAINT_TILES) return { clear: damage, faint: [], held: [] };
    const isFaint = (index: number) =>
      this.#has(index) && differsFaintly(this.geometry, index, [sent, pixels]);
    const faint = damage.filter(isFaint);
    if (faint.length === 0) return { clear: damage, faint, held: [] };
    const all = new Set(faint);
    const clear = damage.filter((index) => !all.has(index));
    const movement = clear.length * FAINT_PER_CLEAR >= faint.length;
    const due = movement || this.#faint.due(faint, (index) => this.sentAt(index), now);
    return due ? { clear, faint, held: [] } : { clear, faint: [], held: faint };
  }

  /** The tiles of a picture that differ from what was sent, in ascending order. */
  damage(pixels: Uint8Array): number[] {
    const sent = this.#pixels;
    if (!sent) return allTiles(this.geometry);
    const differing = damagedTiles(this.geometry, sent, pixels, this.same);
    if (this.#missing === 0) return differing;
    const differs = new Set(differing);
    return allTiles(this.geometry).filter((index) => differs.has(index) || !this.#has(index));
  }

  /** When a tile was last sent, ms; −∞ if it never was. */
  sentAt(index: number): number {
    return this.#sentAt[index] ?? Number.NEGATIVE_INFINITY;
  }

  /** The expected length of a tile, bytes: its length the last time. */
  likelyBytes(index: number): number {
    return this.#lengths[index] ?? LIKELY_BYTES;
  }

  /** The tiles that were sent before `before`, at a coarser level than `level`; ascending. */
  coarserThan(level: number, before: number): number[] {
    const found: number[] = [];
    for (let index = 0; index < this.#level.length; index++) {
      if ((this.#level[index] ?? level) < level && this.sentAt(index) < before) found.push(index);
    }
    return found;
  }

  /** The socket accepted these. */
  sent({ pixels, indices, lengths, levels, faint, complete, now }: AcceptedTiles): void {
    for (const [i, index] of indices.entries()) {
      this.#lengths[index] = lengths[i] ?? LIKELY_BYTES;
      if (!this.#has(index)) this.#missing--;
      this.#faint.sent(index, faint?.has(index) ?? false, now - this.sentAt(index));
      this.#sentAt[index] = now;
      this.#level[index] = levels[i] ?? 0;
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
    // The pixels of a tile that was never sent do not count.
    this.#pixels ??= pixels;
    if (this.#pixels === pixels || indices.length === 0) return;
    if (!this.#own) this.#pixels = new Uint8Array(this.#pixels);
    this.#own = true;
    // Taking a part of a Node.js Buffer is slow.
    const source = new Uint8Array(pixels.buffer, pixels.byteOffset, pixels.length);
    const rowBytes = this.geometry.width * BYTES_PER_PX;
    for (const index of indices) {
      for (const { x, y, width, height } of tileRuns(this.geometry, index)) {
        for (let row = y; row < y + height; row++) {
          const from = row * rowBytes + x * BYTES_PER_PX;
          this.#pixels.set(source.subarray(from, from + width * BYTES_PER_PX), from);
        }
      }
    }
  }
}
