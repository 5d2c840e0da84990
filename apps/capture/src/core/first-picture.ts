/**
 * Whether the first picture of a connection takes so long that the rest of it should go coarse: then there is something to see sooner, and it is
 * repainted once it is whole. Decides, and encodes nothing.
 */

/** It takes this long to see how fast the way is. */
const MEASURED_MS = 250;
/** What takes no longer goes as finely as ever. */
const ENDURED_MS = 1000;

export class FirstPicture {
  #sentBytes = 0;
  #slow = false;

  /** @param startedAt when its first update left, ms */
  constructor(private readonly startedAt: number) {}

  /** An update of it has left. */
  sent(bytes: number): void {
    this.#sentBytes += bytes;
  }

  /** Whether what remains should go coarse. Once it should, all of it should. */
  isSlow(
    now: number,
    options: { readonly inFlightBytes: number; readonly remainingBytes: number },
  ) {
    const elapsedMs = now - this.startedAt;
    if (this.#slow || elapsedMs < MEASURED_MS) return this.#slow;
    const arrivedBytes = Math.max(1, this.#sentBytes - options.inFlightBytes);
    this.#slow = (options.remainingBytes * elapsedMs) / arrivedBytes > ENDURED_MS;
    return this.#slow;
  }
}
