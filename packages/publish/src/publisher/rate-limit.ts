/**
 * Limits how often something happens that the other side of a connection can cause: a burst is let through at once; after it, at
 * most one item per interval. Of the items that arrive meanwhile only the newest is kept, and passed on as soon as one may be.
 */

export interface Rate {
  /** How many items pass at once. */
  readonly burst: number;
  /** How long it takes until one more may pass, ms. */
  readonly intervalMs: number;
}

export class RateLimit<T> {
  #allowed: number;
  #leftOut = 0;
  #newest: { readonly item: T } | undefined;
  #timer: NodeJS.Timeout | undefined;

  /** @param pass receives an item, and how many older ones were dropped since the last one that passed */
  constructor(
    private readonly rate: Rate,
    private readonly pass: (item: T, leftOut: number) => void,
  ) {
    this.#allowed = rate.burst;
  }

  offer(item: T): void {
    if (this.#allowed > 0) {
      this.#pass(item);
      return;
    }
    if (this.#newest) this.#leftOut++;
    this.#newest = { item };
  }

  /** Drops what waits. */
  stop(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    this.#newest = undefined;
    this.#leftOut = 0;
  }

  #pass(item: T): void {
    this.#allowed--;
    const leftOut = this.#leftOut;
    this.#leftOut = 0;
    this.#timer ??= this.#startTimer();
    this.pass(item, leftOut);
  }

  #startTimer(): NodeJS.Timeout {
    const timer = setTimeout(() => this.#refill(), this.rate.intervalMs);
    // What a log or a terminal still gets is no reason to go on running.
    timer.unref();
    return timer;
  }

  #refill(): void {
    this.#timer = undefined;
    this.#allowed++;
    const next = this.#newest;
    this.#newest = undefined;
    if (next) this.#pass(next.item);
    else if (this.#allowed < this.rate.burst) this.#timer = this.#startTimer();
  }
}
