/**
 * Limits how often something happens that the other side of a connection can cause: a burst passes at once, then one item per interval. Of
 * the items that arrive meanwhile only the newest is kept, and it passes as soon as the rate allows.
 */

import type { Timing } from "@screen-share/protocol";
export interface Rate {
  readonly burst: number;
  /** How long it takes until one more may pass, ms. */
  readonly intervalMs: number;
}

export class RateLimit<T> {
  #allowed: number;
  #leftOut = 0;
  #newest: { readonly item: T } | undefined;
  #cancelRefill: (() => void) | undefined;

  /** @param pass receives an item, and how many older ones were dropped since the last one that passed */
  constructor(
    private readonly rate: Rate,
    private readonly timers: Pick<Timing, "after">,
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

  stop(): void {
    this.#cancelRefill?.();
    this.#cancelRefill = undefined;
    this.#newest = undefined;
    this.#leftOut = 0;
  }

  #pass(item: T): void {
    this.#allowed--;
    const leftOut = this.#leftOut;
    this.#leftOut = 0;
    this.#cancelRefill ??= this.#startRefill();
    this.pass(item, leftOut);
  }

  #startRefill(): () => void {
    return this.timers.after(this.rate.intervalMs, () => this.#refill());
  }

  #refill(): void {
    this.#cancelRefill = undefined;
    this.#allowed++;
    const next = this.#newest;
    this.#newest = undefined;
    if (next) this.#pass(next.item);
    else if (this.#allowed < this.rate.burst) this.#cancelRefill = this.#startRefill();
  }
}
