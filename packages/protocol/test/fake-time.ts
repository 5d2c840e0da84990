/** A clock that only a test moves, and timers on it. */
import type { Timing } from "../src/index.ts";

export class FakeTime implements Timing {
  #now: number;
  /** The latest first. */
  readonly #timers: { readonly at: number; readonly run: () => void }[] = [];

  constructor(now = 0) {
    this.#now = now;
  }

  now(): number {
    return this.#now;
  }

  random(): number {
    return 0.5;
  }

  /** The event loop of a test is never busy. */
  heardSince(now: number): number {
    return now;
  }

  after(delayMs: number, run: () => void): () => void {
    return this.at(this.#now + delayMs, run);
  }

  /** Timers that are due at the same time run in the order in which they were set. @returns a function that cancels this one */
  at(at: number, run: () => void): () => void {
    const timer = { at: Math.max(at, this.#now), run };
    const place = this.#timers.findIndex((other) => other.at <= timer.at);
    this.#timers.splice(place < 0 ? this.#timers.length : place, 0, timer);
    return () => {
      if (this.#timers.includes(timer)) this.#timers.splice(this.#timers.indexOf(timer), 1);
    };
  }

  /** The number of pending timers. */
  get pendingCount(): number {
    return this.#timers.length;
  }

  /** Moves the clock, and runs the timers that fall due, each at its own time. */
  advance(ms: number): void {
    const end = this.#now + ms;
    for (let next = this.#timers.at(-1); next && next.at <= end; next = this.#timers.at(-1)) {
      this.#timers.pop();
      this.#now = Math.max(this.#now, next.at);
      next.run();
    }
    this.#now = end;
  }

  /** The machine sleeps: the clock moves, and timers run once, late. */
  sleep(ms: number): void {
    this.#now += ms;
    this.advance(0);
  }
}
