/** A token bucket: limits anything countable (messages, attempts, ms) to a burst and an average rate. */
export class Bucket {
  #level: number;
  #at: number;

  /** Starts full. @param now ms */
  constructor(
    private readonly size: { readonly capacity: number; readonly perSecond: number },
    now: number,
  ) {
    this.#level = size.capacity;
    this.#at = now;
  }

  /** Takes an amount, even more than is left. @returns what is left; negative if that was too much */
  take(amount: number, now: number): number {
    const { capacity, perSecond } = this.size;
    const elapsedS = Math.max(0, now - this.#at) / 1000;
    this.#level = Math.min(capacity, this.#level + elapsedS * perSecond) - amount;
    this.#at = Math.max(this.#at, now);
    return this.#level;
  }

  /** Takes an amount if it is left. @returns whether it was */
  tryTake(amount: number, now: number): boolean {
    const enough = this.take(0, now) >= amount;
    if (enough) this.take(amount, now);
    return enough;
  }

  /** Whether it has filled up again, so that forgetting it changes nothing. */
  isFull(now: number): boolean {
    return this.take(0, now) >= this.size.capacity;
  }
}
