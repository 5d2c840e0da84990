/**
 * When to grab next. Keeps a beat of so many frames a second and counts the work's own time into it; after a
 * stall the beat begins anew, so that what was missed is not made up for. Holds no timer: the owner waits.
 */
export class Pacer {
  /** The time between two grabs, ms. */
  readonly intervalMs: number;
  #dueAt = Number.NEGATIVE_INFINITY;

  /** @param framesPerSecond 1 … 60 */
  constructor(framesPerSecond: number) {
    this.intervalMs = 1000 / framesPerSecond;
  }

  /**
   * How long to wait before the next grab, ms; 0 if it is due.
   * @param now any steady clock, ms
   */
  delayMs(now: number): number {
    return Math.max(0, this.#dueAt - now);
  }

  /** To be called as a grab begins. */
  started(now: number): void {
    // A timer that fires a little late keeps the beat; a whole frame late, and the beat is lost.
    const onBeat = now - this.#dueAt < this.intervalMs;
    this.#dueAt = (onBeat ? this.#dueAt : now) + this.intervalMs;
  }
}
