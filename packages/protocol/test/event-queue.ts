/** Virtual time for simulations: what is due happens in order, and what is due at the same time in the order of asking. */

interface Due {
  readonly at: number;
  readonly order: number;
  readonly run: () => void;
}

/** A binary heap of what is due. */
export class EventQueue {
  #now = 0;
  #asked = 0;
  readonly #heap: Due[] = [];

  /** ms since the beginning. */
  get now(): number {
    return this.#now;
  }

  /** Has `run` called at time `at`, or now if that has passed. */
  at(at: number, run: () => void): void {
    const due = { at: Math.max(at, this.#now), order: this.#asked++, run };
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

  /** Lets everything happen that is due until then. */
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
