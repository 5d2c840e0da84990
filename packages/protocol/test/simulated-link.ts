/**
 * A bottleneck and the TCP connections through it, in virtual time. TCP is modelled as its user sees it: a send buffer in the kernel,
 * bytes in order, a congestion window that a loss halves, and a wait of one round trip behind a lost segment.
 */
import type { FakeTime } from "./fake-time.ts";

const SEGMENT_BYTES = 1448;
const FIRST_CONGESTION_WINDOW = 10 * SEGMENT_BYTES;
/** How often a stalled link is checked again. */
const STALL_STEP_MS = 2;

export interface LinkModel {
  /** The rate at a time. 0 while the link is stalled. */
  readonly bytesPerMs: (now: number) => number;
  /** The delay in one direction without a queue. @param random uniform in [0, 1) */
  readonly delayMs: (now: number, random: () => number) => number;
  readonly loss?: number;
  /** The size of the queue before the bottleneck. Segments that do not fit are lost. */
  readonly queueBytes?: number;
  /** The interval at which answers arrive in bunches. */
  readonly bunchMs?: number;
}

interface Segment {
  readonly bytes: number;
  readonly arrived: (() => void) | undefined;
  /** Called when it has passed the bottleneck. */
  readonly passed: () => void;
}

export class SimulatedLink {
  queuedBytes = 0;
  /** For how long it has been sending. */
  busyMs = 0;
  readonly #queue: Segment[] = [];
  #busy = false;

  constructor(
    readonly time: FakeTime,
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
    const now = this.time.now();
    const { bunchMs } = this.model;
    let at = now + this.model.delayMs(now, this.random);
    while (this.model.bytesPerMs(at) === 0) at += STALL_STEP_MS;
    return bunchMs ? Math.ceil(at / bunchMs) * bunchMs : at;
  }

  #serve(): void {
    const [segment] = this.#queue;
    this.#busy = segment !== undefined;
    if (!segment) return;
    const rate = this.model.bytesPerMs(this.time.now());
    if (rate === 0) {
      this.time.after(STALL_STEP_MS, () => this.#serve());
      return;
    }
    const tookMs = segment.bytes / rate;
    this.time.after(tookMs, () => {
      this.busyMs += tookMs;
      this.#queue.shift();
      this.queuedBytes -= segment.bytes;
      segment.passed();
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
      : Math.max(SEGMENT_BYTES, this.link.model.bytesPerMs(this.link.time.now()));
    for (let left = bytes; left > 0; left -= step) {
      const segment: Segment = {
        bytes: Math.min(step, left),
        arrived: left <= step ? arrived : undefined,
        passed: () => this.#passed(segment),
      };
      this.#waiting.push(segment);
    }
    this.#pump();
    return true;
  }

  /** Sends a few bytes back, in order. */
  answer(arrived: () => void): void {
    this.#lastAnswer = Math.max(this.#lastAnswer, this.link.answerAt());
    this.link.time.at(this.#lastAnswer, arrived);
  }

  #passed(segment: Segment): void {
    const { time, model, random } = this.link;
    if (model.loss && random() < model.loss) this.#lost(segment);
    else this.#arrive(segment, time.now() + model.delayMs(time.now(), random));
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
    const { time, model, random } = this.link;
    const now = time.now();
    const roundTripMs =
      2 * model.delayMs(now, random) + this.link.queuedBytes / model.bytesPerMs(0);
    if (now > this.#halvedAt + roundTripMs) {
      this.#halvedAt = now;
      this.#threshold = Math.max(2 * SEGMENT_BYTES, this.#congestionWindow / 2);
      this.#congestionWindow = this.#threshold;
    }
    this.#arrive(segment, now + roundTripMs + model.delayMs(now, random));
  }

  #arrive({ bytes, arrived }: Segment, at: number): void {
    const { time } = this.link;
    this.#lastArrival = Math.max(this.#lastArrival, at);
    time.at(this.#lastArrival, () => {
      arrived?.();
      time.at(this.link.answerAt(), () => this.#acknowledged(bytes));
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
