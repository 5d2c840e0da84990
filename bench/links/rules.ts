/** Other rules of flow control, in their simplest form, which the window is compared with. */
import type { Rule } from "../../packages/protocol/test/link-simulation.ts";

interface Flying {
  readonly bytes: number;
  readonly sentAt: number;
  /** Bytes in flight, including these. */
  readonly flying: number;
  /** Bytes that had been acknowledged when it was sent, and the time of the last ack. */
  readonly acked: number;
  readonly ackedAt: number;
}

abstract class Flight implements Rule {
  protected inFlight = 0;
  protected ackedBytes = 0;
  protected ackedAt = 0;
  readonly #flights: Flying[] = [];

  abstract grant(pendingBytes: number, now: number): number;

  sent(bytes: number, now: number): void {
    this.inFlight += bytes;
    const { ackedBytes: acked } = this;
    const ackedAt = this.ackedAt || now;
    this.#flights.push({ bytes, sentAt: now, flying: this.inFlight, acked, ackedAt });
    this.left(bytes);
  }

  acked(count: number, now: number): void {
    for (const flying of this.#flights.splice(0, count)) {
      this.inFlight -= flying.bytes;
      this.ackedBytes += flying.bytes;
      this.landed(flying, now);
      this.ackedAt = now;
    }
  }

  protected left(_bytes: number): void {}
  protected landed(_flying: Flying, _now: number): void {}
}

/** Sends everything at once. Only the kernel's buffer is a limit. */
export class NoAcks extends Flight {
  grant(pendingBytes: number): number {
    return pendingBytes;
  }
}

/** At most one update is in flight. */
export class StopAndWait extends Flight {
  grant(pendingBytes: number): number {
    return this.inFlight === 0 ? pendingBytes : 0;
  }
}

/** The textbook window: delivery rate × minimum round trip, both of the last 10 s. Updates are not cut. */
export class RateTimesMinRtt extends Flight {
  static readonly keptMs = 10_000;
  readonly #samples: { readonly at: number; readonly rate: number; readonly rtt: number }[] = [];

  grant(pendingBytes: number): number {
    if (this.inFlight === 0) return pendingBytes;
    const rate = Math.max(0, ...this.#samples.map((sample) => sample.rate));
    const rtt = Math.min(...this.#samples.map((sample) => sample.rtt), 1e9);
    return this.inFlight + pendingBytes <= rate * rtt ? pendingBytes : 0;
  }

  protected override landed({ acked, ackedAt, sentAt }: Flying, now: number): void {
    const rate = (this.ackedBytes - acked) / Math.max(1, now - Math.min(sentAt, ackedAt));
    this.#samples.push({ at: now, rate, rtt: now - sentAt });
    while ((this.#samples[0]?.at ?? now) < now - RateTimesMinRtt.keptMs) this.#samples.shift();
  }
}

/** The first design: bytes in flight when sent × (base + 100 ms) / round trip. */
export class DesignWindow extends Flight {
  #size = 16_000;
  #full = false;
  #baseMs = Number.POSITIVE_INFINITY;
  #rtts: number[] = [];

  grant(pendingBytes: number): number {
    const room = this.#size - this.inFlight;
    if (pendingBytes <= room) return pendingBytes;
    const cut = Math.max(1500, Math.min(64_000, this.#size / 4));
    this.#full = true;
    return room >= cut || this.inFlight === 0 ? cut : 0;
  }

  pinged(rttMs: number): void {
    this.#baseMs = Math.min(this.#baseMs, rttMs);
  }

  protected override left(): void {
    this.#full = this.inFlight > 0.7 * this.#size;
  }

  protected override landed({ flying, sentAt }: Flying, now: number): void {
    this.#baseMs = Math.min(this.#baseMs, now - sentAt);
    this.#rtts = [...this.#rtts.slice(-3), now - sentAt];
    const rtt = Math.max(1, Math.min(...this.#rtts));
    const aim = (flying * (this.#baseMs + 100)) / rtt;
    const size = this.#size;
    const full = flying > 0.7 * size || this.#full;
    if (aim > size ? full : full || rtt > this.#baseMs + 100) {
      this.#size = Math.max(3000, Math.min(4e6, aim, 2 * size));
    }
  }
}
