/** Which of the tiles that wait go first, when not all can. Pure, and the same answer for the same question. */

/** A tile that changed since it was last sent. */
export interface PendingTile {
  readonly index: number;
  readonly bytesLength: number;
  /** When, or at which version, it was last sent on this connection: any measure that grows. -1 for never. */
  readonly sentAt: number;
}

/** The part of a cut that is kept for small regions. */
const SMALL_SHARE = 1 / 4;
/** A region of no more tiles is a small one: a line of text with its cursor, a clock, a button. */
const SMALL_REGION_TILES = 12;

/**
 * The tiles of a cut, in ascending order of index: those first that the other side has had longest, of what it has had as long the
 * lower index. A quarter of the cut is kept for small regions, so that a word being typed need not take turns with a video.
 * At least one tile, however long it is; else no more than `maxBytes`.
 * @param pending in ascending order of index
 * @param options.columns tiles in a row of the picture, not necessarily whole: 16 MCUs each. Without it nothing is a small region
 */
export function chooseCut<T extends PendingTile>(
  pending: readonly T[],
  { maxBytes, columns }: { readonly maxBytes: number; readonly columns?: number | undefined },
): T[] {
  const turn = pending.toSorted((a, b) => a.sentAt - b.sentAt || a.index - b.index);
  const chosen = new Set<T>();
  let left = maxBytes;
  const take = (tiles: Iterable<T>, budget: number): void => {
    for (const tile of tiles) {
      if (chosen.has(tile)) continue;
      if (tile.bytesLength > Math.min(left, budget)) break;
      chosen.add(tile);
      left -= tile.bytesLength;
      budget -= tile.bytesLength;
    }
  };
  if (columns !== undefined) {
    const small = smallRegions(pending, columns);
    if (small.size < pending.length) {
      take(
        turn.filter((tile) => small.has(tile)),
        maxBytes * SMALL_SHARE,
      );
    }
  }
  take(turn, left);
  const [first] = turn;
  if (chosen.size === 0 && first) chosen.add(first);
  return [...chosen].sort((a, b) => a.index - b.index);
}

/** The tiles of regions, joined at sides or corners, that have few tiles. */
function smallRegions<T extends PendingTile>(pending: readonly T[], columns: number): Set<T> {
  const place = new Map(pending.map(({ index }, at) => [index, at]));
  const parent = pending.map((_, at) => at);
  const rootOf = (at: number): number => {
    let root = at;
    for (let up = parent[root]; up !== undefined && up !== root; up = parent[root]) root = up;
    parent[at] = root;
    return root;
  };
  // Where rows do not hold a whole number of tiles, one below lies across two.
  const near = [1, ...range(Math.floor(columns) - 1, Math.ceil(columns) + 1)];
  pending.forEach(({ index }, at) => {
    for (const step of near) {
      const other = place.get(index + step);
      if (other !== undefined) parent[rootOf(other)] = rootOf(at);
    }
  });
  const counts = new Map<number, number>();
  for (let at = 0; at < pending.length; at++) {
    const root = rootOf(at);
    counts.set(root, (counts.get(root) ?? 0) + 1);
  }
  return new Set(pending.filter((_, at) => (counts.get(rootOf(at)) ?? 0) <= SMALL_REGION_TILES));
}

function range(from: number, to: number): number[] {
  return Array.from({ length: to - from + 1 }, (_, i) => from + i).filter((step) => step > 1);
}
