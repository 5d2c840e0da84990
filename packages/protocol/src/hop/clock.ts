/**
 * How far another machine's clock is from ours, by ping/pong (Cristian, Probabilistic clock synchronization, 1989): the shortest round trip among the
 * last few bounds the error. Exchanges that a newer one contradicts, because a clock was set or stopped, do not count.
 */

const KEPT_SAMPLES = 8;
/** Two working clocks drift apart by no more than this during the kept exchanges, which span less than two minutes, ms. */
const MAX_DRIFT_MS = 50;

interface Sample {
  readonly offsetMs: number;
  readonly roundTripMs: number;
}

export class ClockOffset {
  #samples: Sample[] = [];

  /** Adds one exchange: our clock when the ping was sent and when the pong arrived, and the other clock when it replied, ms. */
  add(exchange: Readonly<Record<"sentAt" | "remoteAt" | "receivedAt", number>>): void {
    const roundTripMs = exchange.receivedAt - exchange.sentAt;
    if (!(roundTripMs >= 0) || !Number.isFinite(exchange.remoteAt)) return;
    const offsetMs = exchange.remoteAt - (exchange.sentAt + exchange.receivedAt) / 2;
    const sample = { offsetMs, roundTripMs };
    const agreeing = this.#samples.filter((earlier) => agree(earlier, sample));
    this.#samples = [...agreeing.slice(1 - KEPT_SAMPLES), sample];
  }

  get known(): boolean {
    return this.#samples.length > 0;
  }

  /** Our time on the other machine's clock, ms; 0 while unknown. */
  toRemote(localMs: number): number {
    const best = this.#best();
    return best ? localMs + best.offsetMs : 0;
  }

  /** The other machine's time on our clock, ms; undefined while unknown. */
  toLocal(remoteMs: number): number | undefined {
    const best = this.#best();
    return best ? remoteMs - best.offsetMs : undefined;
  }

  /** The bound of the error, ms: half the best round trip. Infinity while unknown. */
  get errorMs(): number {
    return (this.#best()?.roundTripMs ?? Number.POSITIVE_INFINITY) / 2;
  }

  #best(): Sample | undefined {
    return this.#samples.reduce<Sample | undefined>(
      (best, sample) => (best && best.roundTripMs <= sample.roundTripMs ? best : sample),
      undefined,
    );
  }
}

/** Whether one offset can explain both: each bounds it by half its round trip to either side. */
function agree(one: Sample, other: Sample): boolean {
  const furthestMs = (one.roundTripMs + other.roundTripMs) / 2 + MAX_DRIFT_MS;
  return Math.abs(one.offsetMs - other.offsetMs) <= furthestMs;
}
