/**
 * Tells a dead viewer from a slow one. Every WebSocket stack answers pings, but a pong has to wait behind what is on its way
 * down: so whoever was just sent a large picture gets longer.
 */

const PING_INTERVAL_MS = 5000;
const SILENT_MS = 15_000;
/** The slowest link that we serve takes so many bytes a ms: 64 kbit/s. */
const SLOWEST_BYTES_PER_MS = 8;

export class Liveness {
  #heardAt: number;
  #pingedAt: number;

  /** @param now ms */
  constructor(now: number) {
    this.#heardAt = now;
    this.#pingedAt = now;
  }

  /** Anything came. */
  heard(now: number): void {
    this.#heardAt = now;
  }

  /**
   * What is due; "ping" counts as sent.
   * @param inFlightBytes what was sent last and is not acknowledged
   */
  tick(now: number, inFlightBytes: number): "ping" | "dead" | "nothing" {
    const patienceMs = SILENT_MS + inFlightBytes / SLOWEST_BYTES_PER_MS;
    if (now - this.#heardAt >= patienceMs) return "dead";
    if (now - this.#pingedAt < PING_INTERVAL_MS) return "nothing";
    this.#pingedAt = now;
    return "ping";
  }
}
