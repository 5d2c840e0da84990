/**
 * Whether the first picture of a connection takes so long that the rest of it should go coarse: then there is something to see sooner, and it is
 * repainted once it is whole. Decides, and encodes nothing.
 */

/** How fast the way is shows in what arrives within this time, once it has been found out for as long: a window begins small. */
const MEASURED_MS = 250;
/** What takes no longer goes as finely as ever. */
const ENDURED_MS = 1000;

export class FirstPicture {
  #sentBytes = 0;
  #slow = false;
  /** What had arrived when a period of measuring began; undefined before the first. */
  #period: { readonly since: number; readonly arrivedBytes: number } | undefined;

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
    const { inFlightBytes, remainingBytes } = options;
    if (this.#slow || now - this.startedAt < MEASURED_MS) return this.#slow;
    const arrivedBytes = this.#sentBytes - inFlightBytes;
    const period = this.#period;
    this.#period ??= { since: now, arrivedBytes };
    if (!period || now - period.since < MEASURED_MS) return false;
    const bytes = Math.max(1, arrivedBytes - period.arrivedBytes);
    this.#slow = (remainingBytes * (now - period.since)) / bytes > ENDURED_MS;
    this.#period = { since: now, arrivedBytes };
    return this.#slow;
  }
}
