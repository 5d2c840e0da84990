/** Time for the core, and since when what is handled now may have waited while the event loop was busy with other clients. */
import { performance } from "node:perf_hooks";
import type { Time } from "./core/time.ts";

/** A loop that was idle for less time since its last turn has found the next messages waiting, ms. */
const IDLE_MS = 0.1;

interface Loop {
  /** Monotonic, ms. */
  now(): number;
  /** How long the event loop has waited for events so far, ms. */
  idleMs(): number;
  /** Calls once the events that are being handled are over. */
  afterTurn(call: () => void): void;
}

export class LoopTime implements Time {
  #inTurn = false;
  #turnAt = Number.NEGATIVE_INFINITY;
  #idleMs = 0;
  #heardSince = Number.NEGATIVE_INFINITY;

  constructor(private readonly loop: Loop = nodeLoop) {}

  now(): number {
    return this.loop.now();
  }

  /** The delay is rounded up to whole ms, since Node.js rounds it down. */
  after(delayMs: number, call: () => void): () => void {
    const handled = () => {
      this.handles();
      call();
    };
    const timer = setTimeout(handled, Math.ceil(delayMs));
    return () => clearTimeout(timer);
  }

  /** Something is being handled that may take long, or may have waited. @returns the time */
  handles(): number {
    const now = this.now();
    if (this.#inTurn) return now;
    this.#inTurn = true;
    this.loop.afterTurn(() => {
      this.#inTurn = false;
    });
    const idleMs = this.loop.idleMs();
    // A loop that had to wait has heard of the message at once. Otherwise it may have come since the last turn began.
    this.#heardSince = idleMs - this.#idleMs >= IDLE_MS ? now : this.#turnAt;
    this.#idleMs = idleMs;
    this.#turnAt = now;
    return now;
  }

  heardSince(now: number): number {
    return Math.min(now, this.#heardSince);
  }
}

/** Read once: it takes longer than `performance.now`. */
const { timeOrigin } = performance;

const nodeLoop: Loop = {
  now: () => timeOrigin + performance.now(),
  idleMs: () => performance.nodeTiming.idleTime,
  afterTurn: setImmediate,
};
