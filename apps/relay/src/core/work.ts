/**
 * The relay's own time that one room's picture has taken. One process serves all rooms, so a room whose picture costs too much
 * (huge updates, many viewers, tiles that take long to requantise) must become slower itself, and not make the others wait.
 */
import { Bucket } from "./bucket.ts";

/** ms at once, and ms a second in the long run. */
const ALLOWANCE = { capacity: 1000, perSecond: 500 } as const;

/** Work that has begun. */
interface Started {
  readonly at: number;
  /** What had been counted until then, ms. */
  readonly countedMs: number;
}

export class Work {
  readonly #bucket: Bucket;
  /** All that was counted so far, ms. */
  #countedMs = 0;

  /** @param clock any steady clock, ms */
  constructor(private readonly clock: () => number) {
    this.#bucket = new Bucket(ALLOWANCE, clock());
  }

  /** Does something, and counts the time. Work within other work is counted once. */
  spend<T>(run: () => T): T {
    const started = this.start();
    try {
      return run();
    } finally {
      this.finish(started);
    }
  }

  /** Work begins that `finish` counts. */
  start(): Started {
    return { at: this.clock(), countedMs: this.#countedMs };
  }

  /** Counts the time since work began. */
  finish({ at, countedMs }: Started): void {
    const endedAt = this.clock();
    const ms = endedAt - at - (this.#countedMs - countedMs);
    this.#countedMs += ms;
    this.#bucket.take(ms, endedAt);
  }

  /** How much more was taken than there was, ms; 0 or less if all is well. */
  get debtMs(): number {
    return -this.#bucket.take(0, this.clock());
  }
}
