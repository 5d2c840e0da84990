/**
 * Tells a dead connection from a quiet one. Browsers hide WebSocket pings from the page, so while somebody
 * looks it asks by pings of its own, and judges by the clock, never by how many timers have fired: those of a
 * hidden page come late or not at all.
 */

/** How often a visible page asks for a sign of life. */
export const PING_INTERVAL_MS = 5000;
/** A connection that has said nothing at all for so long is dead. */
export const SILENT_MS = 15_000;
/**
 * So long if a large message may be on its way: a page is told of messages, not of bytes, and whatever else the relay says
 * has to wait behind.
 */
export const PATIENT_MS = 60_000;

/** Between two looks, a second apart, a clock that moves by so much more or less was set, or its machine slept, ms. */
const JUMP_MS = 2000;
const TICK_MS = 1000;

export class Heartbeat {
  #tickedAt: number | undefined;
  #quietSince: number;
  #pingedAt: number;
  #pictureDueSince: number | undefined;
  #patienceMs = SILENT_MS;

  /** @param now when the connection was begun, ms; the first ping is due one interval later */
  constructor(now: number) {
    this.#quietSince = now;
    this.#pingedAt = now;
  }

  /** Any message came. */
  heard(now: number): void {
    this.#quietSince = now;
  }

  /** A whole picture is what comes next. */
  pictureDue(now: number): void {
    this.#pictureDueSince = now;
    this.#patienceMs = PATIENT_MS;
  }

  /** An update came. How long the whole picture took tells how long another one may take on this link. */
  updated(now: number): void {
    if (this.#pictureDueSince === undefined) return;
    const tookMs = now - this.#pictureDueSince;
    this.#patienceMs = Math.min(PATIENT_MS, SILENT_MS + 2 * Math.max(0, tookMs));
    this.#pictureDueSince = undefined;
  }

  /** The page is looked at again. A silence that nobody asked to be broken proves nothing. */
  watched(now: number): void {
    this.#quietSince = now;
    this.#pingedAt = now;
    this.#tickedAt = undefined;
  }

  /** What is due. To be asked about once a second, only while the page is visible; "ping" counts as sent. */
  tick(now: number): "ping" | "dead" | "nothing" {
    // A clock that was set back must not make the silence negative for hours.
    this.#quietSince = Math.min(this.#quietSince, now);
    this.#pingedAt = Math.min(this.#pingedAt, now);
    if (now - this.#quietSince >= this.#patienceMs) return "dead";
    // The relay's clock is then as far from ours as nobody knows, until it is asked.
    const jumpMs = this.#tickedAt === undefined ? 0 : Math.abs(now - this.#tickedAt - TICK_MS);
    this.#tickedAt = now;
    if (jumpMs < JUMP_MS && now - this.#pingedAt < PING_INTERVAL_MS) return "nothing";
    this.#pingedAt = now;
    return "ping";
  }
}
