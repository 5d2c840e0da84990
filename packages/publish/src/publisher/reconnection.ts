/**
 * How long to wait before the next connection. The wait grows until a connection has proven itself: a relay that accepts us and
 * closes at once must not have us dial as fast as we can.
 */
import { Backoff } from "@screen-share/protocol";

const RETRY = { firstMs: 500, maxMs: 4000 } as const;
/** A connection that has lasted this long is a good one. Without viewers there are no acks that could show it earlier. */
const PROVEN_AFTER_MS = 30_000;

export class Reconnection {
  readonly #backoff = new Backoff(RETRY);
  #timer: NodeJS.Timeout | undefined;

  /** The relay has let us in. */
  welcomed(): void {
    this.#timer = setTimeout(() => this.proven(), PROVEN_AFTER_MS);
  }

  /** The relay has acknowledged what we sent, so the next wait is a short one again. */
  proven(): void {
    this.#backoff.reset();
    this.stop();
  }

  /** The connection is over. @returns how long to wait before the next one, ms */
  lost(random: number): number {
    this.stop();
    return this.#backoff.nextMs(random);
  }

  stop(): void {
    clearTimeout(this.#timer);
  }
}
