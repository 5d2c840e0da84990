/** The port to the platform: clocks, timers, randomness, and what a platform does faster than the language. */
import type { Timing } from "@screen-share/protocol";
import type { SameBytes } from "./core/damage.ts";

export interface Platform extends Timing {
  sleep(ms: number): Promise<void>;
  readonly sameBytes: SameBytes;
  /** How long the processor has worked for this program, ms. */
  cpuMs(): number;
}
