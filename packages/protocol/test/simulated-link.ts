/**
 * A bottleneck and the TCP connections through it, in virtual time. TCP is modelled as its user sees it: a send buffer in the kernel,
 * bytes in order, a congestion window that a loss halves, and a wait of one round trip behind a lost segment.
 */

const SEGMENT_BYTES = 1448;
const FIRST_CONGESTION_WINDOW = 10 * SEGMENT_BYTES;
/** How often a stalled link is checked again. */
const STALL_STEP_MS = 2;

export interface LinkModel {
  /** The rate at a time. 0 while the link is stalled. */
  readonly bytesPerMs: (now: number) => number;
  /** The delay in one direction without a queue. @param random uniform in [0, 1) */
  readonly delayMs: (now: number, random: () => number) => number;
  /** The share of segments that are lost. */
  readonly loss?: number;
  /** The size of the queue before the bottleneck. Segments that do not fit are lost. */
  readonly queueBytes?: number;
  /** The interval at which answers arrive in bunches. */
  readonly bunchMs?: number;
}

/** Virtual time. Events run in the order of their times; those with the same time in the order in which they were scheduled. */
export class EventQueue {
  #now = 0;
  /** The next one is last. */
  readonly #due: { readonly at: number; readonly run: () => void }[] = [];

  /** ms since the start. */
  get now(): number {
    return this.#now;
  }

  /** Schedules `run` at time `at`, or now if that has passed. */
  at(at: number, run: () => void): void {
    const due = { at: Math.max(at, this.#now), run };
    let [low, high] = [0, this.#due.length];
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((this.#due[middle]?.at ?? 0) > due.at) low = middle + 1;
      else high = middle;
    }
    this.#due.splice(low, 0, due);
  }

  /** Runs all events up to this time. */
  runUntil(endMs: number): void {
    for (let next = this.#due.at(-1); next && next.at <= endMs; next = this.#due.at(-1)) {
      this.#due.pop();
      this.#now = next.at;
      next.run();
    }
    this.#now = endMs;
  }
}

interface Segment {
  readonly bytes: number;
  readonly owner: SimulatedConnection;
  readonly arrived: (() => void) | undefined;
  resent: boolean;
}

export class SimulatedLink {
  queuedBytes = 0;
  /** For how long it has been sending. */
  busyMs = 0;
  readonly #queue: Segment[] = [];
  #busy = false;

  constructor(
    readonly events: EventQueue,
    readonly model: LinkModel,
    readonly random: () => number,
  ) {}

  /** @returns whether it fits into the queue */
  push(segment: Segment): boolean {
    const { queueBytes = 4e6 } = this.model;
    if (this.queuedBytes + segment.bytes > queueBytes) return false;
    this.#queue.push(segment);
    this.queuedBytes += segment.bytes;
    if (!this.#busy) this.#serve();
    return true;
  }

  /** When an answer that leaves the far end now arrives. */
  answerAt(): number {
    const { now } = this.events;
    const { bunchMs } = this.model;
    let at = now + this.model.delayMs(now, this.random);
    while (this.model.bytesPerMs(at) === 0) at += STALL_STEP_MS;
    return bunchMs ? Math.ceil(at / bunchMs) * bunchMs : at;
  }

  #serve(): void {
    const [segment] = this.#queue;
    this.#busy = segment !== undefined;
    if (!segment) return;
    const rate = this.model.bytesPerMs(this.events.now);
    if (rate === 0) {
      this.events.at(this.events.now + STALL_STEP_MS, () => this.#serve());
      return;
    }
    const tookMs = segment.bytes / rate;
    this.events.at(this.events.now + tookMs, () => {
      this.busyMs += tookMs;
      this.#queue.shift();
      this.queuedBytes -= segment.bytes;
      segment.owner.left(segment);
      this.#serve();
    });
  }
}

/** One direction of a TCP connection. */
export class SimulatedConnection {
  /** Bytes that the other end's TCP has not acknowledged: in the kernel or in flight. */
  buffered = 0;
  readonly #waiting: Segment[] = [];
  #unacknowledged = 0;
  #congestionWindow = FIRST_CONGESTION_WINDOW;
  #threshold = Number.POSITIVE_INFINITY;
  #limited = false;
  #halvedAt = Number.NEGATIVE_INFINITY;
  #lastArrival = 0;
  #lastAnswer = 0;

  constructor(
    private readonly link: SimulatedLink,
    private readonly bufferBytes: number,
  ) {}

  /** @returns whether the kernel took it. If so, `arrived` is called once all of it has arrived */
  send(bytes: number, arrived: () => void): boolean {
    if (this.buffered > 0 && this.buffered + bytes > this.bufferBytes) return false;
    this.buffered += bytes;
    // Fast links carry several segments at a time, like network cards, which keeps the simulation fast.
    const step = this.link.model.loss
      ? SEGMENT_BYTES
      : Math.max(SEGMENT_BYTES, this.link.model.bytesPerMs(this.link.events.now));
    for (let left = bytes; left > 0; left -= step) {
      this.#waiting.push({
        bytes: Math.min(step, left),
        owner: this,
        arrived: left <= step ? arrived : undefined,
        resent: false,
      });
    }
    this.#pump();
    return true;
  }

  /** Sends a few bytes back, in order. */
  answer(arrived: () => void): void {
    this.#lastAnswer = Math.max(this.#lastAnswer, this.link.answerAt());
    this.link.events.at(this.#lastAnswer, arrived);
  }

  /** Called when a segment has passed the bottleneck. */
  left(segment: Segment): void {
    const { events, model, random } = this.link;
    if (model.loss && !segment.resent && random() < model.loss) {
      this.#lost(segment);
      return;
    }
    this.#arrive(segment, events.now + model.delayMs(events.now, random));
  }

  #pump(): void {
    for (;;) {
      const [segment] = this.#waiting;
      if (!segment) return;
      const fits = this.#unacknowledged + segment.bytes <= this.#congestionWindow;
      if (!fits && this.#unacknowledged > 0) {
        this.#limited = true;
        return;
      }
      this.#waiting.shift();
      this.#unacknowledged += segment.bytes;
      if (!this.link.push(segment)) this.#lost(segment);
    }
  }

  /** Delays the segment by a round trip, and halves the window at most once per round trip. */
  #lost(segment: Segment): void {
    const { events, model, random } = this.link;
    const { now } = events;
    const roundTripMs =
      2 * model.delayMs(now, random) + this.link.queuedBytes / model.bytesPerMs(0);
    segment.resent = true;
    if (now > this.#halvedAt + roundTripMs) {
      this.#halvedAt = now;
      this.#threshold = Math.max(2 * SEGMENT_BYTES, this.#congestionWindow / 2);
      this.#congestionWindow = this.#threshold;
    }
    this.#arrive(segment, now + roundTripMs + model.delayMs(now, random));
  }

  #arrive({ bytes, arrived }: Segment, at: number): void {
    const { events } = this.link;
    this.#lastArrival = Math.max(this.#lastArrival, at);
    events.at(this.#lastArrival, () => {
      arrived?.();
      events.at(this.link.answerAt(), () => this.#acknowledged(bytes));
    });
  }

  #acknowledged(bytes: number): void {
    this.#unacknowledged -= bytes;
    this.buffered -= bytes;
    if (this.#limited) {
      const slowStart = this.#congestionWindow < this.#threshold;
      this.#congestionWindow += slowStart
        ? bytes
        : (SEGMENT_BYTES * bytes) / this.#congestionWindow;
      this.#limited = this.#waiting.length > 0;
    }
    this.#pump();
  }
}
