/** The core's port to time: a clock, and delayed calls. */
export interface Time {
  /** Monotonic, ms. */
  now(): number;
  /** Calls once, after at least this delay. @returns cancels the call */
  after(delayMs: number, call: () => void): () => void;
  /** The earliest time, ms, at which the current event may have arrived. Earlier than now if the relay was busy. */
  heardSince(now: number): number;
}
