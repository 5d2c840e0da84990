/** Collects what was drawn, as cells of a coarse grid: any number of rectangles go in, and a few that cover them come out. */
import type { Size } from "@screen-share/protocol";

export interface Rectangle extends Size {
  readonly x: number;
  readonly y: number;
}

/** The side of a cell, px. With smaller cells fewer unchanged px are fetched, but in more rectangles. */
const CELL_SIDE = 64;
/** Fetching more rectangles than this costs more than fetching the px between them. */
const MAX_RECTANGLES = 32;

/** Adjacent cells of one row, and of the rows below it with the same cells. */
interface Run {
  readonly from: number;
  readonly to: number;
  readonly top: number;
  bottom: number;
}

export class DirtyGrid {
  readonly #columns: number;
  readonly #rows: number;
  readonly #cells: Uint8Array;

  /** Everything is dirty at first. */
  constructor(private readonly size: Size) {
    this.#columns = Math.ceil(size.width / CELL_SIDE);
    this.#rows = Math.ceil(size.height / CELL_SIDE);
    this.#cells = new Uint8Array(this.#columns * this.#rows).fill(1);
  }

  /** Something was drawn here. Parts outside the picture are ignored. */
  mark({ x, y, width, height }: Rectangle): void {
    const right = Math.min(this.size.width, x + width);
    const bottom = Math.min(this.size.height, y + height);
    if (right <= Math.max(0, x)) return;
    const from = cellOf(Math.max(0, x));
    const to = cellOf(right - 1) + 1;
    for (let row = cellOf(Math.max(0, y)); row * CELL_SIDE < bottom; row++) {
      this.#cells.fill(1, row * this.#columns + from, row * this.#columns + to);
    }
  }

  /** Returns separate rectangles that cover all that was marked, and unmarks it. If there would be many, they also cover gaps. */
  take(): Rectangle[] {
    const exact = this.#merged((row) => this.#runsOf(row));
    const runs = exact.length <= MAX_RECTANGLES ? exact : this.#merged((row) => this.#spanOf(row));
    this.#cells.fill(0);
    return runs.map(({ from, to, top, bottom }) => {
      const [x, y] = [from * CELL_SIDE, top * CELL_SIDE];
      const width = Math.min(this.size.width, to * CELL_SIDE) - x;
      return { x, y, width, height: Math.min(this.size.height, bottom * CELL_SIDE) - y };
    });
  }

  #merged(runsOf: (row: number) => [number, number][]): Run[] {
    const merged: Run[] = [];
    let above: Run[] = [];
    for (let row = 0; row < this.#rows; row++) {
      above = runsOf(row).map(([from, to]) => {
        const same = above.find((run) => run.from === from && run.to === to);
        const run = same ?? { from, to, top: row, bottom: row };
        run.bottom = row + 1;
        if (!same) merged.push(run);
        return run;
      });
    }
    return merged;
  }

  /** The first column of each run of marked cells, and the column after its last. */
  #runsOf(row: number): [number, number][] {
    const cells = this.#rowOf(row);
    const runs: [number, number][] = [];
    for (let from = cells.indexOf(1); from >= 0; ) {
      const gap = cells.indexOf(0, from);
      const to = gap < 0 ? cells.length : gap;
      runs.push([from, to]);
      from = cells.indexOf(1, to);
    }
    return runs;
  }

  /** One run from the first marked cell to the last. */
  #spanOf(row: number): [number, number][] {
    const cells = this.#rowOf(row);
    const from = cells.indexOf(1);
    return from < 0 ? [] : [[from, cells.lastIndexOf(1) + 1]];
  }

  #rowOf(row: number): Uint8Array {
    return this.#cells.subarray(row * this.#columns, (row + 1) * this.#columns);
  }
}

function cellOf(px: number): number {
  return Math.floor(px / CELL_SIDE);
}
