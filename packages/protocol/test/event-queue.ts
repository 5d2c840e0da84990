/** Virtual time for simulations. Events run in the order of their times; those with the same time in the order in which they were scheduled. */

interface Due {
  readonly at: number;
  readonly order: number;
  readonly run: () => void;
}

/** A binary heap of events. */
export class EventQueue {
  #now = 0;
  #scheduled = 0;
  readonly #heap: Due[] = [];

  /** ms since the start. */
  get now(): number {
    return this.#now;
  }

  /** Schedules `run` at time `at`, or now if that has passed. */
  at(at: number, run: () => void): void {
    const due = { at: Math.max(at, this.#now), order: this.#scheduled++, run };
    let place = this.#heap.length;
    while (place > 0) {
      const parent = (place - 1) >> 1;
      const above = this.#heap[parent];
      if (!above || before(above, due)) break;
      this.#heap[place] = above;
      place = parent;
    }
    this.#heap[place] = due;
  }

  /** Runs all events up to this time. */
  runUntil(endMs: number): void {
    for (let next = this.#heap[0]; next && next.at <= endMs; next = this.#heap[0]) {
      this.#removeFirst();
      this.#now = next.at;
      next.run();
    }
    this.#now = endMs;
  }

  #removeFirst(): void {
    const last = this.#heap.pop();
    if (!last || this.#heap.length === 0) return;
    const length = this.#heap.length;
    let place = 0;
    for (;;) {
      let child = 2 * place + 1;
      let below = this.#heap[child];
      const right = this.#heap[child + 1];
      if (below && right && child + 1 < length && before(right, below)) {
        child++;
        below = right;
      }
      if (!below || before(last, below)) break;
      this.#heap[place] = below;
      place = child;
    }
    this.#heap[place] = last;
  }
}

function before(a: Due, b: Due): boolean {
  return a.at < b.at || (a.at === b.at && a.order < b.order);
}
