/** A token bucket: so much at once, and so much a second in the long run. Whatever is counted may be messages, tries or ms. */
export class Bucket {
  #level: number;
  #at: number;

  /** @param now ms; it begins full */
  constructor(
    private readonly size: { readonly capacity: number; readonly perSecond: number },
    now: number,
  ) {
    this.#level = size.capacity;
    this.#at = now;
  }

  /** Takes an amount, even beyond what is there. @returns what is left; negative if it was too much */
  take(amount: number, now: number): number {
    const { capacity, perSecond } = this.size;
    const elapsedS = Math.max(0, now - this.#at) / 1000;
    this.#level = Math.min(capacity, this.#level + elapsedS * perSecond) - amount;
    this.#at = Math.max(this.#at, now);
    return this.#level;
  }

  /** Whether it has filled up again, so that forgetting it changes nothing. */
  isFull(now: number): boolean {
    return this.take(0, now) >= this.size.capacity;
  }
}
