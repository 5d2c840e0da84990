/** Time as the core is given it: a clock, and calls that come later. */
export interface Time {
  /** Steady, ms. */
  now(): number;
  /** Calls once, at least so many ms from now. @returns what keeps it from being called */
  after(delayMs: number, call: () => void): () => void;
}
