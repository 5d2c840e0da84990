/**
 * How much a sender may have in flight on one connection, so that the link is kept busy and nothing waits long in the buffers ahead of it. Both hops
 * use it. It depends only on when updates were sent and when they were *applied*, so a slow device slows its sender as a slow link does. The rule,
 * what it borrows and what it costs: docs/flow-control.md. Pure: time is an argument, ms.
 */

const START_BYTES = 16_000;
const MIN_BYTES = 3000;
const MAX_BYTES = 4_000_000;
/** A probe finds the path empty and is too short to fill it. */
const PROBE_BYTES = 1500;
/** One for the base, one right after it for the fixed cost of an update. */
const PROBES = 2;
const TOGETHER_MS = 1;
const MAX_CUT_BYTES = 64_000;
/** How long bytes may wait ahead of the bottleneck, or twice the usual deviation of round trips if that is longer. */
const MIN_QUEUE_MS = 40;
const MAX_QUEUE_MS = 100;
/** Bytes that may wait in addition. The smaller of two flows gains more from them, so the flows converge (FAST TCP's alpha). */
const SHARE_BYTES = 2000;
/** A cut takes at least this long on the link, and an eighth of the window. */
const CUT_MS = 25;
const MAX_CUTS = 8;
const MAX_GROWTH = 1.25;
const PROBE_INTERVAL_ROUND_TRIPS = 30;
const MIN_PROBE_INTERVAL_MS = 2000;
/** A probe costs little while nothing is in flight, but follows the last one after at least this many round trips and updates. */
const PROBE_REST = 4;
/** Assumed until an ack arrives. */
const FIRST_BASE_MS = 100;
/** An ack read within this time after the sender was busy may have arrived earlier and waited. */
const HEARD_LATE_MS = 5;
/** A round trip is judged together with those before it. */
const KEPT_ROUND_TRIPS = 4;
/** Updates so small that bytes do not bound them are bounded by their number. */
const MAX_UPDATES = 1000;

interface Flight {
  readonly bytes: number;
  readonly sentAt: number;
  /** Bytes in flight, including these, and the window, when it was sent. */
  readonly inFlight: number;
  readonly size: number;
  /** Whether more would have been sent, had the window been larger. */
  readonly limited: boolean;
  /** Whether it is short and was sent right after another. */
  readonly behind: boolean;
}

export class Window {
  readonly #flights: Flight[] = [];
  #inFlight = 0;
  #size = START_BYTES;
  #now = 0;
  /** Something has had to wait since the last update. */
  #limited = false;
  /** Until the first late ack, the window doubles each round trip. */
  #starting = true;
  readonly #path = new Path();
  readonly #roundTrips: number[] = [];
  #ackedAt = 0;
  #busyFrom = Number.NEGATIVE_INFINITY;
  #busyTo = Number.NEGATIVE_INFINITY;
  #silences = 0;
  /** Updates sent before a stall ended are late because of it. */
  #excusedUntil = Number.NEGATIVE_INFINITY;
  #probeAt = Number.NaN;
  #draining = false;
  #probes = PROBES;
  #probedAt = Number.NEGATIVE_INFINITY;
  #sentSinceProbe = 0;
  /** The window when the last probe was planned. */
  #probedSize = START_BYTES;

  /** Bytes sent and not yet applied. */
  get inFlight(): number {
    return this.#inFlight;
  }

  /** The window, bytes: how many may be in flight. */
  get size(): number {
    return this.#size;
  }

  /**
   * How long an update may be now: `pendingBytes` if it may be sent whole; less for a cut of about that size; 0 to wait for an ack, which is then
   * always due. A call implies that bytes are waiting, so call it only then.
   */
  grant(pendingBytes: number, now: number): number {
    this.#tick(now);
    if (this.#flights.length >= MAX_UPDATES) return this.#refuse();
    if (this.#draining) {
      if (this.#inFlight > MIN_BYTES - PROBE_BYTES) return this.#refuse();
      this.#draining = false;
      this.#probes = PROBES;
    }
    const room = this.#size - this.#inFlight;
    // Sending over half a window at a time would be stop-and-wait.
    if (pendingBytes <= Math.min(room, Math.max(PROBE_BYTES, this.#size / 2))) return pendingBytes;
    this.#limited = true;
    if (this.#inFlight === 0 && this.#hasRested) this.#probes = PROBES;
    if (this.#probes > 0) return Math.min(pendingBytes, PROBE_BYTES);
    const cut = this.#cutBytes();
    return room >= cut || this.#inFlight === 0 ? Math.min(pendingBytes, cut) : 0;
  }

  /** An update of this many bytes was sent. */
  sent(bytes: number, now: number): void {
    this.#tick(now);
    const last = this.#flights.at(-1)?.sentAt ?? Number.NEGATIVE_INFINITY;
    this.#inFlight += bytes;
    this.#flights.push({
      bytes,
      sentAt: this.#now,
      inFlight: this.#inFlight,
      size: this.#size,
      limited: this.#limited,
      behind: bytes <= PROBE_BYTES && this.#now - last <= TOGETHER_MS,
    });
    this.#limited = false;
    if (this.#probes > 0) {
      this.#probedAt = this.#now;
      this.#probes--;
      this.#sentSinceProbe = 0;
    } else this.#sentSinceProbe++;
  }

  /** The sender was busy and could not read acks: that delay is not the link's. */
  busy(from: number, to: number): void {
    this.#busyFrom = from;
    this.#busyTo = to;
  }

  /** The oldest `count` updates in flight were applied. */
  acked(count: number, now: number): void {
    this.#tick(now);
    const oldest = this.#flights[0];
    let newest = oldest;
    let landedCount = 0;
    // One by one, without an array that would be garbage at once: this runs for every update and viewer.
    for (; landedCount < count; landedCount++) {
      const landed = this.#flights.shift();
      if (!landed) break;
      this.#inFlight -= landed.bytes;
      newest = landed;
    }
    if (!oldest || !newest || landedCount === 0) return;
    const silenceMs = this.#now - Math.max(this.#ackedAt, oldest.sentAt);
    this.#ackedAt = this.#now;
    this.#noteSilence(silenceMs);
    if (newest.sentAt <= this.#excusedUntil) {
      this.#roundTrips.length = 0;
      return;
    }
    const roundTripMs = Math.max(1, this.#heardAt(newest.sentAt) - newest.sentAt);
    if (newest.behind && landedCount === 1) this.#path.spaced(silenceMs);
    else if (newest.inFlight <= MIN_BYTES) {
      this.#path.crossed(roundTripMs);
      this.#planProbe();
    }
    this.#resize(newest, roundTripMs);
  }

  /** Whether the last probe is long enough ago, in time and updates: else a sender slower than its link would send only probes. */
  get #hasRested(): boolean {
    const restMs = PROBE_REST * this.#path.targetMs;
    return this.#now >= this.#probedAt + restMs && this.#sentSinceProbe >= PROBE_REST;
  }

  /** The earliest time an ack read now may have come. */
  #heardAt(sentAt: number): number {
    const waited = this.#now - this.#busyTo <= HEARD_LATE_MS;
    return waited ? Math.min(this.#now, Math.max(this.#busyFrom, sentAt)) : this.#now;
  }

  #refuse(): 0 {
    this.#limited = true;
    return 0;
  }

  #tick(now: number): void {
    this.#now = Math.max(this.#now, now);
    if (Number.isNaN(this.#probeAt)) this.#planProbe();
    if (this.#now < this.#probeAt) return;
    this.#draining = true;
    this.#planProbe();
  }

  #planProbe(): void {
    const intervalMs = PROBE_INTERVAL_ROUND_TRIPS * this.#path.targetMs;
    this.#probeAt = this.#now + Math.max(MIN_PROBE_INTERVAL_MS, intervalMs);
    this.#probedSize = this.#size;
  }

  /** Splits the window into as many cuts as leave each its time on link and device, one in flight while another is applied. */
  #cutBytes(): number {
    const { targetMs, stepMs } = this.#path;
    const eachMs = Math.max(CUT_MS, stepMs * 1.1);
    const cuts = Math.max(1, Math.min(MAX_CUTS, Math.floor(targetMs / eachMs)));
    const bytes = this.#size / cuts;
    return Math.floor(Math.max(PROBE_BYTES, cuts > 2 ? Math.min(MAX_CUT_BYTES, bytes) : bytes));
  }

  /** A silence of two target times is a stall; a second one in a row means a slower link. */
  #noteSilence(silenceMs: number): void {
    if (!this.#path.known || silenceMs <= 2 * this.#path.targetMs) {
      this.#silences = 0;
      return;
    }
    this.#silences++;
    this.#excusedUntil = this.#silences === 1 ? this.#now : Number.NEGATIVE_INFINITY;
  }

  #resize(flight: Flight, roundTripMs: number): void {
    // The smallest of the last few: acks that come in bunches are late for reasons of their own.
    this.#roundTrips.push(roundTripMs);
    if (this.#roundTrips.length > KEPT_ROUND_TRIPS) this.#roundTrips.shift();
    let rttMs = roundTripMs;
    for (const earlierMs of this.#roundTrips) rttMs = Math.min(rttMs, earlierMs);
    const { targetMs, queueMs } = this.#path;
    const size = this.#size;
    const late = rttMs > targetMs;
    if (rttMs > targetMs - queueMs / 2) this.#starting = false;
    const used = flight.limited ? Math.max(flight.size, flight.inFlight) : flight.inFlight;
    const aim = this.#starting
      ? used * 2
      : Math.min(used * MAX_GROWTH, (used * targetMs) / rttMs + SHARE_BYTES);
    if (aim > size ? !flight.limited : !flight.limited && !late) return;
    this.#size = Math.floor(Math.max(MIN_BYTES, Math.min(MAX_BYTES, aim, size * 2)));
    // It is much smaller, and acks are still late: the path may have become longer.
    if (late && this.#size < this.#probedSize / 2) {
      this.#draining = true;
      this.#planProbe();
    }
  }
}

/** What is known about the path when nothing waits in it. Read for every update and ack of every viewer, so values are computed on change. */
class Path {
  #baseMs = FIRST_BASE_MS;
  #known = false;
  #deviationMs = 0;
  #steps: number[] = [];
  #stepMs = 0;
  #queueMs = MIN_QUEUE_MS;
  #targetMs = FIRST_BASE_MS + MIN_QUEUE_MS;

  /** Whether a probe has come back. */
  get known(): boolean {
    return this.#known;
  }

  /** The round trip at which the window is right. */
  get targetMs(): number {
    return this.#targetMs;
  }

  /** The part of it that is spent waiting. */
  get queueMs(): number {
    return this.#queueMs;
  }

  /** The fixed cost of one more update, mainly decoding and drawing. */
  get stepMs(): number {
    return this.#stepMs;
  }

  /** A round trip with next to nothing in flight: mean and deviation follow it, much as TCP's do (RFC 6298). */
  crossed(roundTripMs: number): void {
    if (!this.#known) {
      this.#known = true;
      this.#baseMs = roundTripMs;
      this.#learn();
      return;
    }
    const believedMs = Math.min(roundTripMs, 2 * this.#baseMs + 100);
    const offMs = believedMs - this.#baseMs;
    this.#deviationMs += (Math.abs(offMs) - this.#deviationMs) / 4;
    this.#baseMs += offMs / 2;
    this.#learn();
  }

  /** Two short updates were sent together, and applied this far apart. */
  spaced(ms: number): void {
    this.#steps = [...this.#steps.slice(-3), Math.max(0, ms)];
    this.#stepMs = Math.min(...this.#steps);
    this.#learn();
  }

  #learn(): void {
    const wantedMs = Math.max(2 * this.#deviationMs, this.#stepMs);
    this.#queueMs = Math.max(MIN_QUEUE_MS, Math.min(MAX_QUEUE_MS, wantedMs));
    this.#targetMs = this.#baseMs + this.#queueMs;
  }
}
