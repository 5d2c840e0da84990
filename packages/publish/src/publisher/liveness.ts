/** Watches over one connection: pings it at intervals, and says when nothing has come from it for too long. */

const PING_INTERVAL_MS = 5_000;
/** With no traffic at all from the relay for so long, the connection is dead. */
const SILENCE_MS = 15_000;
/** But a large update may fill a slow uplink and keep the pings behind it: 256 kbit/s is the least we serve. */
const SLOWEST_UPLINK_BYTES_PER_MS = 32;

export class Liveness {
  readonly #pings: NodeJS.Timeout;
  #silence: NodeJS.Timeout;
  #bytesInFlight = 0;

  /**
   * Pings at once, and then every 5 s. To be ended with `stop`.
   * @param events.silent called once, when the connection must be taken for dead
   */
  constructor(private readonly events: { readonly ping: () => void; readonly silent: () => void }) {
    this.#pings = setInterval(events.ping, PING_INTERVAL_MS);
    this.#silence = this.#awaitSilence();
    events.ping();
  }

  /** Something came from the other side. */
  alive(): void {
    clearTimeout(this.#silence);
    this.#silence = this.#awaitSilence();
  }

  /** So many bytes are on their way and not yet acknowledged. */
  inFlight(bytes: number): void {
    this.#bytesInFlight = bytes;
    this.alive();
  }

  stop(): void {
    clearInterval(this.#pings);
    clearTimeout(this.#silence);
  }

  #awaitSilence(): NodeJS.Timeout {
    const graceMs = this.#bytesInFlight / SLOWEST_UPLINK_BYTES_PER_MS;
    return setTimeout(() => {
      this.stop();
      this.events.silent();
    }, SILENCE_MS + graceMs);
  }
}
