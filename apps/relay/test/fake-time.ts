/** A clock that stands still until a test lets time pass; what is due by then is called in order, each at its own time. */
import type { Time } from "../src/core/time.ts";

export class FakeTime implements Time {
  readonly #calls = new Map<object, { readonly at: number; readonly call: () => void }>();
  #now: number;

  constructor(now = 0) {
    this.#now = now;
  }

  now(): number {
    return this.#now;
  }

  after(delayMs: number, call: () => void): () => void {
    const key = {};
    this.#calls.set(key, { at: this.#now + delayMs, call });
    return () => this.#calls.delete(key);
  }

  /** How many calls are still to come. */
  get pendingCount(): number {
    return this.#calls.size;
  }

  pass(ms: number): void {
    const end = this.#now + ms;
    for (;;) {
      const [next] = [...this.#calls].sort(([, a], [, b]) => a.at - b.at);
      if (!next || next[1].at > end) break;
      this.#calls.delete(next[0]);
      this.#now = Math.max(this.#now, next[1].at);
      next[1].call();
    }
    this.#now = end;
  }
}
