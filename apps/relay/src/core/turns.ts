/** Spreads tasks over turns of the event loop. A thousand viewers may arrive at the same moment, and must not delay all other clients. */
export class Turns {
  #waiting: (() => void)[] = [];
  #spentMs = 0;
  #scheduled = false;

  constructor(
    private readonly options: {
      /** Once tasks have taken this much time, further tasks wait for the next turn, ms. */
      readonly maxMs: number;
      /** Monotonic, ms. */
      readonly clock: () => number;
      /** Calls back once the event loop has handled pending input. */
      readonly nextTurn: (call: () => void) => void;
    },
  ) {}

  /** Runs a task at once or, if this turn's time is spent, in a later turn. Tasks run in order. */
  run(task: () => void): void {
    if (this.#waiting.length === 0 && this.#spentMs < this.options.maxMs) this.#spend(task);
    else this.#waiting.push(task);
    this.#schedule();
  }

  #schedule(): void {
    if (this.#scheduled) return;
    this.#scheduled = true;
    this.options.nextTurn(() => this.#turn());
  }

  #turn(): void {
    this.#scheduled = false;
    this.#spentMs = 0;
    let done = 0;
    for (; this.#spentMs < this.options.maxMs; done++) {
      const task = this.#waiting[done];
      if (!task) break;
      this.#spend(task);
    }
    this.#waiting = this.#waiting.slice(done);
    if (this.#waiting.length > 0) this.#schedule();
  }

  #spend(task: () => void): void {
    const { clock } = this.options;
    const startedAt = clock();
    task();
    this.#spentMs += clock() - startedAt;
  }
}
