/**
 * Records in a few KB what a lagging receiver has been sent of a picture, however many tiles it has: not per tile, but per group of
 * neighbouring tiles. It may report a tile as older than it is, never as newer, so a tile may be sent twice, but none is left out.
 *
 * Groups take turns, least recently sent first; within a group the tiles are sent in ascending order. If a cut ends inside a group, the
 * record has two parts:
 *
 *            first      next             end
 *            ├──────────┼────────────────┤
 *            │ newer    │ sentAt         │      sentAt ≤ newer
 */
import { groupSizeOf, MAX_GROUPS, type TileChanges } from "../picture/tile-changes.ts";

/** Tiles that were sent out of turn are remembered one by one, at most this many. */
export const MAX_OUT_OF_TURN = 256;
const OUT_OF_TURN_BYTES = 40;
const GROUP_BYTES = 19;

/** The order of turns for a receiver that was sent nothing in turn yet. */
const IN_ORDER = Uint16Array.from({ length: MAX_GROUPS }, (_, group) => group);

/** Tiles that the receiver does not have yet. */
export interface WaitingTiles {
  /** In the order of their turns, up to the first beyond the requested bytes. */
  readonly turn: readonly number[];
  /** Those that wait for a later turn of their groups. Known only if `all` is true. */
  readonly later: readonly number[];
  /** The bytes of both lists' tiles. */
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
    this.#order = IN_ORDER.slice(0, groups);
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
    return Math.max(this.#sentInTurnAt(index), this.#outOfTurn.get(index) ?? 0);
  }

  /** Whether the receiver lacks the tile as it is now. */
  lacks(index: number, changes: TileChanges): boolean {
    return changes.changedAt(index) > this.sentAt(index);
  }

  /** The tiles that wait, until those found take more than `maxBytes`. Looks at no more of them, and at one number of each group. */
  waiting(
    changes: TileChanges,
    options: { readonly maxBytes: number; readonly bytesOf: (index: number) => number },
  ): WaitingTiles {
    const turn: number[] = [];
    const later: number[] = [];
    let bytes = 0;
    const order = this.#order;
    const sentAt = this.#sentAt;
    // By index, since this visits hundreds of groups per lagging receiver.
    for (let at = 0; at < order.length; at++) {
      const group = order[at] ?? 0;
      if (changes.groupChangedAt(group) <= (sentAt[group] ?? 0)) continue;
      const first = group * this.#groupSize;
      const end = Math.min(this.tileCount, first + this.#groupSize);
      const next = this.#beginTurn(group, { first, end, changes });
      for (let index = next; index < end; index++) {
        if (!this.#waits(index, sentAt[group] ?? 0, changes)) continue;
        if (bytes > options.maxBytes) return { turn, later, bytes, all: false };
        turn.push(index);
        bytes += options.bytesOf(index);
      }
      for (let index = first; index < next; index++) {
        if (!this.#waits(index, this.#newer[group] ?? 0, changes)) continue;
        later.push(index);
        bytes += options.bytesOf(index);
      }
    }
    return { turn, later, bytes, all: true };
  }

  /** The first `count` waiting tiles in turn were sent, at this version. */
  sentInTurn({ turn, all }: WaitingTiles, count: number, version: number): void {
    const sent = turn.slice(0, count);
    const last = sent.at(-1);
    if (last === undefined) return;
    // In the order of their turns, as the tiles are.
    const finished: number[] = [];
    for (const index of sent) {
      const group = this.#groupOf(index);
      if (group !== finished.at(-1)) finished.push(group);
    }
    const cutGroup = this.#groupOf(last);
    const stop = turn[count] ?? (all ? undefined : last + 1);
    if (stop !== undefined && (turn.length === count || this.#groupOf(stop) === cutGroup)) {
      finished.pop();
      if (this.#next[cutGroup] === 0) this.#newer[cutGroup] = version;
      this.#next[cutGroup] = stop - cutGroup * this.#groupSize;
    }
    for (const group of finished) this.#finish(group, version);
    this.#moveToEnd(finished);
    for (const [index, sentAt] of this.#outOfTurn) {
      if (this.#sentInTurnAt(index) >= sentAt) this.#outOfTurn.delete(index);
    }
  }

  /** These tiles were sent out of turn, at this version. */
  sentOutOfTurn(indices: readonly number[], version: number): void {
    for (const index of indices) {
      this.#outOfTurn.delete(index);
      this.#outOfTurn.set(index, version);
    }
    // A forgotten tile is sent again when its turn comes.
    for (const oldest of this.#outOfTurn.keys()) {
      if (this.#outOfTurn.size <= MAX_OUT_OF_TURN) break;
      this.#outOfTurn.delete(oldest);
    }
  }

  sentAll(version: number): void {
    this.#sentAt.fill(version);
    this.#next.fill(0);
    this.#outOfTurn.clear();
  }

  /** Where a group's turn begins: if nothing is left of a group that was cut, its next turn begins at its first tile. */
  #beginTurn(
    group: number,
    range: { readonly first: number; readonly end: number; readonly changes: TileChanges },
  ): number {
    const { first, end, changes } = range;
    const next = first + (this.#next[group] ?? 0);
    if (next === first) return first;
    for (let index = next; index < end; index++) {
      if (this.#waits(index, this.#sentAt[group] ?? 0, changes)) return next;
    }
    this.#finish(group, 0);
    return first;
  }

  /** Whether the receiver lacks a tile that was last sent in turn at this version. */
  #waits(index: number, sentInTurnAt: number, changes: TileChanges): boolean {
    const changedAt = changes.changedAt(index);
    return changedAt > sentInTurnAt && changedAt > (this.#outOfTurn.get(index) ?? 0);
  }

  /** @param groups in the order of their turns */
  #moveToEnd(groups: readonly number[]): void {
    const order = this.#order;
    let kept = 0;
    let moved = 0;
    for (let at = 0; at < order.length; at++) {
      const group = order[at] ?? 0;
      if (group === groups[moved]) moved++;
      else order[kept++] = group;
    }
    order.set(groups, kept);
  }

  #finish(group: number, version: number): void {
    this.#sentAt[group] = this.#next[group] ? (this.#newer[group] ?? 0) : version;
    this.#next[group] = 0;
  }

  #sentInTurnAt(index: number): number {
    const group = this.#groupOf(index);
    const next = group * this.#groupSize + (this.#next[group] ?? 0);
    return (index < next ? this.#newer[group] : this.#sentAt[group]) ?? 0;
  }

  #groupOf(index: number): number {
    return Math.floor(index / this.#groupSize);
  }
}
