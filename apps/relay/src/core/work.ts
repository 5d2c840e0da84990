/**
 * The time that one room's picture costs. One process serves all rooms, so a room whose picture costs too much (huge updates, many
 * viewers, slow requantising) must become slower itself instead of delaying the others.
 */
import { Bucket } from "./bucket.ts";

/** ms in a burst, and ms per second on average. */
const ALLOWANCE = { capacity: 1000, perSecond: 500 } as const;

export class Work {
  readonly #bucket: Bucket;
  /** All time counted so far, ms. */
  #countedMs = 0;

  /** @param clock monotonic, ms */
  constructor(private readonly clock: () => number) {
    this.#bucket = new Bucket(ALLOWANCE, clock());
  }

  /** Runs a function and counts its time. Nested work is counted once. */
  spend<T>(run: () => T): T {
    const started = this.start();
    try {
      return run();
    } finally {
      this.finish(started);
    }
  }

  /** Starts work that `finish` counts. */
  start() {
    return { at: this.clock(), countedMs: this.#countedMs };
  }

  finish({ at, countedMs }: ReturnType<Work["start"]>): void {
    const endedAt = this.clock();
    const ms = endedAt - at - (this.#countedMs - countedMs);
    this.#countedMs += ms;
    this.#bucket.take(ms, endedAt);
  }

  /** How far the room is over its allowance, ms. 0 or less if it is not. */
  get debtMs(): number {
    return -this.#bucket.take(0, this.clock());
  }
}
