/** Which waiting tiles are sent first, if not all can be. Pure and deterministic. */
import { SMALL_REGION_TILES, stepsToNeighbours } from "../picture/tile-changes.ts";

/** A tile that has changed since it was last sent. */
export interface PendingTile {
  readonly index: number;
  readonly bytesLength: number;
  /** When, or at which version, it was last sent on this connection: any measure that grows. -1 for never. */
  readonly sentAt: number;
}

/** The part of a cut that is reserved for small regions. */
export const SMALL_SHARE = 1 / 4;

/**
 * Chooses the tiles of a cut: first those whose turn it is. A share is reserved for small regions, so that a word being typed need not take turns
 * with a video. At least the first tile is taken, however long it is, and otherwise no more than `maxBytes`.
 * @param turn in the order of their turns
 * @param options.small tiles of small regions, in the order of their turns; they may be in `turn`, too
 * @returns how many of `turn` are sent in their turn, and which others
 */
export function chooseTurn<T>(
  turn: readonly T[],
  options: {
    readonly small: readonly T[];
    readonly maxBytes: number;
    /** How many bytes a tile is expected to take. */
    readonly bytesOf: (tile: T) => number;
  },
): { readonly count: number; readonly outOfTurn: readonly T[] } {
  const { small, maxBytes, bytesOf } = options;
  let left = maxBytes;
  const outOfTurn = new Set<T>();
  const [first] = turn;
  if (first !== undefined) left -= bytesOf(first);
  let share = maxBytes * SMALL_SHARE;
  for (const tile of small) {
    const bytes = tile === first ? 0 : bytesOf(tile);
    if (bytes > Math.min(left, share)) break;
    if (tile !== first) outOfTurn.add(tile);
    left -= bytes;
    share -= bytes;
  }
  let count = Math.min(1, turn.length);
  for (let tile = turn[count]; tile !== undefined; tile = turn[++count]) {
    if (outOfTurn.delete(tile)) continue;
    const bytes = bytesOf(tile);
    if (bytes > left) break;
    left -= bytes;
  }
  return { count, outOfTurn: [...outOfTurn] };
}

/**
 * One picture's tiles that wait to be sent. Cut after cut is taken from them without looking at all of them again. Their order: first those that the
 * other side has had longest; ties go to the lower index.
 */
export class CutQueue<T extends PendingTile> {
  readonly #turn: Waiting<T>;
  readonly #small: Waiting<T>;
  /** How many tiles wait, and their bytes. Read-only for others. */
  count: number;
  bytes: number;

  /** @param pending in ascending order of index. @param options.columns tiles in a row; without it, nothing is a small region */
  constructor(pending: readonly T[], { columns }: { readonly columns?: number | undefined }) {
    const turn = pending.toSorted((a, b) => a.sentAt - b.sentAt || a.index - b.index);
    const small = columns === undefined ? undefined : smallRegions(pending, columns);
    // If nothing else waits, they need no share of their own.
    const others = small !== undefined && small.size < pending.length;
    this.#turn = new Waiting(turn);
    this.#small = new Waiting(others ? turn.filter((tile) => small.has(tile)) : []);
    this.count = pending.length;
    this.bytes = pending.reduce((sum, { bytesLength }) => sum + bytesLength, 0);
  }

  /** The next cut, most important tiles first. They wait until they are `taken`. */
  choose(maxBytes: number): T[] {
    const turn = this.#turn.first(maxBytes);
    const { count, outOfTurn } = chooseTurn(turn, {
      small: this.#small.first(maxBytes * SMALL_SHARE),
      maxBytes,
      bytesOf: ({ bytesLength }) => bytesLength,
    });
    return [...turn.slice(0, 1), ...outOfTurn, ...turn.slice(1, count)];
  }

  /** These no longer wait. @param tiles of the last `choose` */
  taken(tiles: readonly T[]): void {
    this.#turn.remove(tiles);
    this.#small.remove(tiles);
    this.count -= tiles.length;
    this.bytes -= tiles.reduce((sum, { bytesLength }) => sum + bytesLength, 0);
  }
}

/** A list whose first tiles are read and removed again and again. */
class Waiting<T extends PendingTile> {
  #at = 0;
  readonly #removed = new Set<T>();

  constructor(private readonly tiles: readonly T[]) {}

  /** Enough of the first ones to take more than `maxBytes`, or all; one at least. */
  first(maxBytes: number): T[] {
    const found: T[] = [];
    let bytes = 0;
    for (let at = this.#at; found.length === 0 || bytes <= maxBytes; at++) {
      const tile = this.tiles[at];
      if (!tile) break;
      if (this.#removed.has(tile)) continue;
      found.push(tile);
      bytes += tile.bytesLength;
    }
    return found;
  }

  remove(tiles: readonly T[]): void {
    for (const tile of tiles) this.#removed.add(tile);
    for (let tile = this.tiles[this.#at]; tile; tile = this.tiles[++this.#at]) {
      if (!this.#removed.delete(tile)) break;
    }
  }
}

/** The tiles of small regions; tiles that touch at sides or corners form one region. */
function smallRegions<T extends PendingTile>(pending: readonly T[], columns: number): Set<T> {
  const last = pending.at(-1)?.index ?? -1;
  const place = new Int32Array(last + 1).fill(-1);
  const parent = new Int32Array(pending.length);
  pending.forEach(({ index }, at) => {
    place[index] = at;
    parent[at] = at;
  });
  const rootOf = (at: number): number => {
    let root = at;
    for (let up = parent[root]; up !== undefined && up !== root; up = parent[root]) root = up;
    parent[at] = root;
    return root;
  };
  const steps = stepsToNeighbours(columns);
  pending.forEach(({ index }, at) => {
    for (const step of steps) {
      const other = place[index + step] ?? -1;
      if (other >= 0) parent[rootOf(other)] = rootOf(at);
    }
  });
  const counts = new Int32Array(pending.length);
  for (let at = 0; at < pending.length; at++) {
    const root = rootOf(at);
    counts[root] = (counts[root] ?? 0) + 1;
  }
  return new Set(pending.filter((_, at) => (counts[rootOf(at)] ?? 0) <= SMALL_REGION_TILES));
}
