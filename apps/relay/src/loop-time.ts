/** Time for the core, and how early the current event may have arrived while the event loop was busy with other clients. */
import { performance } from "node:perf_hooks";
import type { Time } from "./core/time.ts";

/** If the loop was idle for less than this since its last turn, events were already waiting, ms. */
const IDLE_MS = 0.1;

interface Loop {
  /** Monotonic, ms. */
  now(): number;
  /** How long the event loop has waited for events so far, ms. */
  idleMs(): number;
  /** Calls `call` once the current events are handled. */
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

  /** An event is being handled that may take long or may have waited. @returns the time */
  handles(): number {
    const now = this.now();
    if (this.#inTurn) return now;
    this.#inTurn = true;
    this.loop.afterTurn(() => {
      this.#inTurn = false;
    });
    const idleMs = this.loop.idleMs();
    // If the loop was idle, the event has only just arrived. Otherwise it may have arrived any time since the last turn began.
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
