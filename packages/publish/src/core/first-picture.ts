/** Decides whether a connection's first picture takes so long that the rest is encoded coarsely, to be repainted once it is complete. */

/** The link's speed is measured over this period. The first period does not count, because the window starts small. */
const MEASURED_MS = 250;
/** If the rest takes no longer than this, it is encoded at the usual quality. */
const ENDURED_MS = 1000;

export class FirstPicture {
  #sentBytes = 0;
  #slow = false;
  /** What had arrived when the current period began. Undefined before the first. */
  #period: { readonly since: number; readonly arrivedBytes: number } | undefined;

  /** @param startedAt when its first update was sent, ms */
  constructor(private readonly startedAt: number) {}

  sent(bytes: number): void {
    this.#sentBytes += bytes;
  }

  /** Whether the rest should be encoded coarsely. Once true, this stays true. */
  isSlow(now: number, rest: Readonly<Record<"inFlightBytes" | "remainingBytes", number>>) {
    const { inFlightBytes, remainingBytes } = rest;
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
