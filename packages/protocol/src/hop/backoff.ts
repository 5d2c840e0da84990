/**
 * Reconnecting without a stampede: capped exponential backoff with "equal jitter", half fixed and half random (Brooker, "Exponential
 * Backoff And Jitter", AWS Architecture Blog, 2015). Holds no timer.
 */
export class Backoff {
  #attempts = 0;

  /** @param options the longest first delay, and the longest delay ever, ms */
  constructor(private readonly options: { readonly firstMs: number; readonly maxMs: number }) {}

  /** The delay before the next try, ms: in [d/2, d], where d doubles from `firstMs` to `maxMs`. @param random in [0, 1) */
  nextMs(random: number): number {
    // The exponent is bounded so that years of retries cannot overflow it.
    const ceiling = Math.min(this.options.maxMs, this.options.firstMs * 2 ** this.#attempts);
    this.#attempts = Math.min(this.#attempts + 1, 30);
    return Math.round(ceiling / 2 + (ceiling / 2) * random);
  }

  /** To be called once the connection has proven itself, not merely opened. */
  reset(): void {
    this.#attempts = 0;
  }
}
