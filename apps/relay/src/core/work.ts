/**
 * The relay's own time that one room's picture has taken. One process serves all rooms, so a room whose picture costs too much
 * (huge updates, tiles that take long to requantise) must become slower itself, and not make the others wait.
 */
import { Bucket } from "./bucket.ts";

/** ms at once, and ms a second in the long run. */
const ALLOWANCE = { capacity: 1000, perSecond: 500 } as const;

export class Work {
  readonly #bucket: Bucket;

  /** @param clock any steady clock, ms */
  constructor(private readonly clock: () => number) {
    this.#bucket = new Bucket(ALLOWANCE, clock());
  }

  /** Does something, and counts the time. */
  spend<T>(run: () => T): T {
    const startedAt = this.clock();
    try {
      return run();
    } finally {
      const endedAt = this.clock();
      this.#bucket.take(endedAt - startedAt, endedAt);
    }
  }

  /** How much more was taken than there was, ms; 0 or less if all is well. */
  get debtMs(): number {
    return -this.#bucket.take(0, this.clock());
  }
}
