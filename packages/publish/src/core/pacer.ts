/** Decides when to grab next, on a constant beat; after a stall the beat starts again, and missed frames are not made up for. */
export class Pacer {
  readonly intervalMs: number;
  #dueAt = Number.NEGATIVE_INFINITY;

  /** @param framesPerSecond 1 … 60 */
  constructor(framesPerSecond: number) {
    this.intervalMs = 1000 / framesPerSecond;
  }

  /** How long to wait before the next grab, ms; 0 if it is due. @param now any steady clock, ms */
  delayMs(now: number): number {
    return Math.max(0, this.#dueAt - now);
  }

  started(now: number): void {
    // A timer that fires a little late keeps the beat. If it is late by a whole frame, the beat starts again.
    const onBeat = now - this.#dueAt < this.intervalMs;
    this.#dueAt = (onBeat ? this.#dueAt : now) + this.intervalMs;
  }
}
