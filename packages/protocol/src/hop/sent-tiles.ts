/**
 * What a receiver that lags has been sent of a picture, in a few KB however many tiles it has: not for each tile, but for each group of
 * neighbouring ones. Its record may call a tile older than it is, never newer, so that a tile may be sent twice, and none is left out.
 *
 * Groups take turns, those first that were sent longest ago; within a group the tiles go in ascending order. Where a cut ends inside
 * a group, the record has two parts:
 *
 *            first      next             end
 *            ├──────────┼────────────────┤
 *            │ newer    │ sentAt         │      sentAt ≤ newer
 */
import { groupSizeOf, type TileChanges } from "../picture/tile-changes.ts";

/** Tiles that were sent before their turn are remembered one by one, at most this many. */
export const MAX_OUT_OF_TURN = 256;
/** What one of them takes, about. */
const OUT_OF_TURN_BYTES = 40;
/** What a group takes. */
const GROUP_BYTES = 19;

/** Tiles that the receiver does not have yet. */
export interface WaitingTiles {
  /** In the order of their turns, up to the first beyond the requested bytes. */
  readonly turn: readonly number[];
  /** Those that wait, too, but in a later turn of their groups. Known only where `all` is true. */
  readonly later: readonly number[];
  /** What the tiles of both lists take. */
  readonly bytes: number;
  /** Whether there are no others. */
  readonly all: boolean;
}

export class SentTiles {
  readonly #groupSize: number;
  /** The groups in the order of their turns. */
  readonly #order: Uint16Array;
  readonly #sentAt: Float64Array;
  readonly #newer: Float64Array;
  readonly #next: Uint8Array;
  readonly #outOfTurn = new Map<number, number>();

  /** @param version at which all tiles were sent; 0 if none was */
  constructor(
    private readonly tileCount: number,
    version = 0,
  ) {
    this.#groupSize = groupSizeOf(tileCount);
    const groups = Math.ceil(tileCount / this.#groupSize);
    this.#order = Uint16Array.from({ length: groups }, (_, group) => group);
    this.#sentAt = new Float64Array(groups).fill(version);
    this.#newer = new Float64Array(groups);
    this.#next = new Uint8Array(groups);
  }

  /** The most memory that such a record takes. */
  get byteLength(): number {
    return this.#order.length * GROUP_BYTES + MAX_OUT_OF_TURN * OUT_OF_TURN_BYTES;
  }

  /** The version at which a tile was sent, or an older one; 0 if it never was. */
  sentAt(index: number): number {
    const group = this.#groupOf(index);
    const next = group * this.#groupSize + (this.#next[group] ?? 0);
    const inTurn = (index < next ? this.#newer[group] : this.#sentAt[group]) ?? 0;
    return Math.max(inTurn, this.#outOfTurn.get(index) ?? 0);
  }

  /** Whether the receiver lacks the tile as it is now. */
  lacks(index: number, changes: TileChanges): boolean {
    return changes.changedAt(index) > this.sentAt(index);
  }

  /**
   * The tiles that wait. Looks at no more of them than requested, and at one number of each group.
   * @param options.maxBytes stops looking once those found take more
   * @param options.bytesOf what a tile takes
   */
  waiting(
    changes: TileChanges,
    options: { readonly maxBytes: number; readonly bytesOf: (index: number) => number },
  ): WaitingTiles {
    const turn: number[] = [];
    const later: number[] = [];
    let bytes = 0;
    for (const group of this.#order) {
      if (changes.groupChangedAt(group) <= (this.#sentAt[group] ?? 0)) continue;
      const due = this.#dueOf(group, changes);
      for (const index of due.turn) {
        if (bytes > options.maxBytes) return { turn, later, bytes, all: false };
        turn.push(index);
        bytes += options.bytesOf(index);
      }
      for (const index of due.later) {
        later.push(index);
        bytes += options.bytesOf(index);
      }
    }
    return { turn, later, bytes, all: true };
  }

  /** Of those that wait the first `count` in turn were sent, at this version. */
  sentInTurn({ turn, all }: WaitingTiles, count: number, version: number): void {
    const sent = turn.slice(0, count);
    const finished = new Set(sent.map((index) => this.#groupOf(index)));
    const last = sent.at(-1);
    if (last === undefined) return;
    const cutGroup = this.#groupOf(last);
    const stop = turn[count] ?? (all ? undefined : last + 1);
    if (stop !== undefined && (turn.length === count || this.#groupOf(stop) === cutGroup)) {
      finished.delete(cutGroup);
      if (this.#next[cutGroup] === 0) this.#newer[cutGroup] = version;
      this.#next[cutGroup] = stop - cutGroup * this.#groupSize;
    }
    for (const group of finished) this.#finish(group, version);
    const others = this.#order.filter((group) => !finished.has(group));
    this.#order.set(others);
    this.#order.set([...finished], others.length);
    for (const index of [...this.#outOfTurn.keys()]) this.#forgetIfKnown(index);
  }

  /** These tiles were sent before their turn, at this version. */
  sentOutOfTurn(indices: readonly number[], version: number): void {
    for (const index of indices) {
      this.#outOfTurn.delete(index);
      this.#outOfTurn.set(index, version);
    }
    // What is forgotten is sent again when its turn comes.
    for (const oldest of this.#outOfTurn.keys()) {
      if (this.#outOfTurn.size <= MAX_OUT_OF_TURN) break;
      this.#outOfTurn.delete(oldest);
    }
  }

  /** All tiles were sent, at this version. */
  sentAll(version: number): void {
    this.#sentAt.fill(version);
    this.#next.fill(0);
    this.#outOfTurn.clear();
  }

  /** What waits of one group: in this turn, and in its next one. */
  #dueOf(group: number, changes: TileChanges): { turn: number[]; later: number[] } {
    const first = group * this.#groupSize;
    const end = Math.min(this.tileCount, first + this.#groupSize);
    const next = first + (this.#next[group] ?? 0);
    const turn: number[] = [];
    for (let i = next; i < end; i++) if (this.lacks(i, changes)) turn.push(i);
    // Nothing is left of the turn that was cut: the next one begins.
    if (turn.length === 0 && next > first) {
      this.#finish(group, 0);
      return this.#dueOf(group, changes);
    }
    const later: number[] = [];
    for (let i = first; i < next; i++) if (this.lacks(i, changes)) later.push(i);
    return { turn, later };
  }

  #finish(group: number, version: number): void {
    this.#sentAt[group] = this.#next[group] ? (this.#newer[group] ?? 0) : version;
    this.#next[group] = 0;
  }

  #forgetIfKnown(index: number): void {
    const version = this.#outOfTurn.get(index) ?? 0;
    this.#outOfTurn.delete(index);
    if (this.sentAt(index) < version) this.#outOfTurn.set(index, version);
  }

  #groupOf(index: number): number {
    return Math.floor(index / this.#groupSize);
  }
}
