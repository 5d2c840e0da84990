/** The port to the platform: clocks, timers, randomness, and what a platform does faster than the language. */
import type { SameBytes } from "./core/damage.ts";

export interface Platform {
  /** A steady clock, ms since 1970 when the program was started. */
  now(): number;
  /** Uniform in [0, 1). */
  random(): number;
  sleep(ms: number): Promise<void>;
  /** Calls `run` once after this time. @returns cancels that */
  after(ms: number, run: () => void): () => void;
  readonly sameBytes: SameBytes;
  /** How long the processor has worked for this program, ms. */
  cpuMs(): number;
}

/** The part of it that tells the time and measures it. */
export type Clockwork = Pick<Platform, "now" | "random" | "after">;
