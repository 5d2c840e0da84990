/**
 * Distinguishes a dead connection from a quiet one: pings while nothing else proves that the other side is there, and judges by the clock,
 * never by how many timers have fired. The owner decides how long silence may last.
 */

/** How often a sign of life is requested. */
export const PING_INTERVAL_MS = 5000;
/** A connection that has received nothing at all for this long is dead, if nothing large is in transit. */
export const SILENT_MS = 15_000;

/** If a clock moves this much more or less between two ticks one second apart, it was set, or its machine slept, ms. */
const JUMP_MS = 2000;
const TICK_MS = 1000;

export class Liveness {
  #heardAt: number;
  #pingedAt: number;
  #tickedAt: number | undefined;

  /** @param now when the connection began, ms; the first ping is due one interval later */
  constructor(now: number) {
    this.#heardAt = now;
    this.#pingedAt = now;
  }

  heard(now: number): void {
    this.#heardAt = now;
  }

  /** Requests signs of life again after a pause, during which silence proved nothing. */
  resume(now: number): void {
    this.#heardAt = now;
    this.#pingedAt = now;
    this.#tickedAt = undefined;
  }

  /** What is due, about once a second; "ping" counts as sent. @param graceMs how much longer than usual silence may last now */
  tick(now: number, graceMs = 0): "ping" | "dead" | "nothing" {
    // A clock that was set back must not make the silence negative for hours.
    this.#heardAt = Math.min(this.#heardAt, now);
    this.#pingedAt = Math.min(this.#pingedAt, now);
    if (now - this.#heardAt >= SILENT_MS + graceMs) return "dead";
    // After a jump the offset of the other side's clock is unknown until it has answered.
    const jumpMs = this.#tickedAt === undefined ? 0 : Math.abs(now - this.#tickedAt - TICK_MS);
    this.#tickedAt = now;
    if (jumpMs < JUMP_MS && now - this.#pingedAt < PING_INTERVAL_MS) return "nothing";
    this.#pingedAt = now;
    return "ping";
  }
}
