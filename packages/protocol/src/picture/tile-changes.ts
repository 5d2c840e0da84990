/** Records when each tile of a picture last changed, with the newest change of each group of tiles, and the newest small regions. */

/** The most groups that the tiles of a picture are divided into. */
export const MAX_GROUPS = 512;
/** The most tiles in a small region, such as a line of text with its cursor, a clock or a button. */
export const SMALL_REGION_TILES = 12;
/** Adjacent tiles that changed within this many updates form one region, since a moving area may arrive in cuts. */
const REGION_UPDATES = 8;
/** The most tiles of small regions that are recorded. Older ones are dropped. */
const MAX_SMALL_TILES = 256;

export function groupSizeOf(tileCount: number): number {
  return Math.max(1, Math.ceil(tileCount / MAX_GROUPS));
}

/** The differences of index between a tile and the later tiles that touch it at a side or corner. */
export function stepsToNeighbours(columns: number): number[] {
  // If a row is not a whole number of tiles, a tile touches more than three in the row below.
  const [from, to] = [Math.floor(columns) - 1, Math.ceil(columns) + 1];
  const below = Array.from({ length: to - from + 1 }, (_, i) => from + i);
  return [1, ...below.filter((step) => step > 1)];
}

export class TileChanges {
  readonly groupSize: number;
  readonly #changedAt: Float64Array;
  readonly #groupChangedAt: Float64Array;
  readonly #steps: readonly number[];
  /** Tiles whose last change was part of a small region, in that order. The oldest may be missing. Read-only for others. */
  readonly small = new Set<number>();

  /** @param columns tiles in a row of the picture, not necessarily a whole number. If undefined, there are no small regions */
  constructor(
    readonly tileCount: number,
    columns?: number,
  ) {
    this.groupSize = groupSizeOf(tileCount);
    this.#changedAt = new Float64Array(tileCount);
    this.#groupChangedAt = new Float64Array(Math.ceil(tileCount / this.groupSize));
    this.#steps = columns === undefined ? [] : stepsToNeighbours(columns);
  }

  /** The version at which a tile last changed. 0 if it has not arrived. */
  changedAt(index: number): number {
    return this.#changedAt[index] ?? 0;
  }

  /** The version at which a tile of the group last changed. */
  groupChangedAt(group: number): number {
    return this.#groupChangedAt[group] ?? 0;
  }

  /** Records a change of these tiles. @param version greater than in the last call */
  changed(indices: readonly number[], version: number): void {
    for (const index of indices) {
      this.#changedAt[index] = version;
      this.#groupChangedAt[Math.floor(index / this.groupSize)] = version;
    }
    if (this.#steps.length > 0) for (const index of indices) this.#classify(index, version);
  }

  /** The tiles that changed after version `cursor`, in ascending order. */
  since(cursor: number): number[] {
    const indices: number[] = [];
    for (let group = 0; group < this.#groupChangedAt.length; group++) {
      if (this.groupChangedAt(group) <= cursor) continue;
      const first = group * this.groupSize;
      const end = Math.min(this.tileCount, first + this.groupSize);
      for (let index = first; index < end; index++) {
        if (this.changedAt(index) > cursor) indices.push(index);
      }
    }
    return indices;
  }

  #classify(index: number, version: number): void {
    this.small.delete(index);
    if (!this.#isOfSmallRegion(index, version)) return;
    this.small.add(index);
    if (this.small.size <= MAX_SMALL_TILES) return;
    for (const oldest of this.small) {
      this.small.delete(oldest);
      return;
    }
  }

  /** Follows the changed tiles around it until the region is complete or too large. */
  #isOfSmallRegion(index: number, version: number): boolean {
    const region = [index];
    for (let at = 0; at < region.length; at++) {
      const from = region[at] ?? 0;
      for (const step of this.#steps) {
        for (const to of [from - step, from + step]) {
          if (this.changedAt(to) <= Math.max(0, version - REGION_UPDATES)) continue;
          if (region.includes(to)) continue;
          region.push(to);
          if (region.length > SMALL_REGION_TILES) return false;
        }
      }
    }
    return true;
  }
}
