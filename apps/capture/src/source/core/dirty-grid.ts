/**
 * What was drawn since it was last asked for, as cells of a coarse grid: any number of rectangles go in, a few come
 * out that cover them all. Its memory is one byte a cell, whatever is drawn.
 */
import type { Size } from "@screen-share/protocol";

/** A part of a picture, px from its top left. */
export interface Rectangle extends Size {
  readonly x: number;
  readonly y: number;
}

/** The side of a cell, px. Smaller ones fetch less that did not change, but in more rectangles. */
const CELL_SIDE = 64;
/** More rectangles than this cost more than the px between them would. */
const MAX_RECTANGLES = 32;

/** Cells side by side in one row of cells, and in rows below it where they are the same. */
interface Run {
  readonly from: number;
  readonly to: number;
  readonly top: number;
  bottom: number;
}

export class DirtyGrid {
  readonly #size: Size;
  readonly #columns: number;
  readonly #rows: number;
  readonly #cells: Uint8Array;

  /** All of it is dirty at first. */
  constructor(size: Size) {
    this.#size = size;
    this.#columns = Math.ceil(size.width / CELL_SIDE);
    this.#rows = Math.ceil(size.height / CELL_SIDE);
    this.#cells = new Uint8Array(this.#columns * this.#rows).fill(1);
  }

  /** Something was drawn here; what lies outside the picture is passed over. */
  mark({ x, y, width, height }: Rectangle): void {
    const right = Math.min(this.#size.width, x + width);
    const bottom = Math.min(this.#size.height, y + height);
    if (right <= Math.max(0, x)) return;
    const from = cellOf(Math.max(0, x));
    const to = cellOf(right - 1) + 1;
    for (let row = cellOf(Math.max(0, y)); row * CELL_SIDE < bottom; row++) {
      this.#cells.fill(1, row * this.#columns + from, row * this.#columns + to);
    }
  }

  /**
   * Rectangles inside the picture that cover all that was marked, none of which overlap; from now on nothing is
   * marked. Where they would be many, they cover some of what lies between them too.
   */
  take(): Rectangle[] {
    const exact = this.#merged((row) => this.#runsOf(row));
    const runs = exact.length <= MAX_RECTANGLES ? exact : this.#merged((row) => this.#spanOf(row));
    this.#cells.fill(0);
    return runs.map(({ from, to, top, bottom }) => {
      const [x, y] = [from * CELL_SIDE, top * CELL_SIDE];
      const width = Math.min(this.#size.width, to * CELL_SIDE) - x;
      return { x, y, width, height: Math.min(this.#size.height, bottom * CELL_SIDE) - y };
    });
  }

  /** The runs of all rows, each joined to the one above it that begins and ends where it does. */
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

  /** Where each run of marked cells begins, and the column after its last. */
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

  /** One run, from the first marked cell to the last. */
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
