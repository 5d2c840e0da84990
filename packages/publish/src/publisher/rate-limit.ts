/**
 * Limits how often something happens that the other side of a connection can cause: a burst passes at once, then one item per interval. Of
 * the items that arrive meanwhile only the newest is kept, and it passes as soon as the rate allows.
 */

import type { Timing } from "@screen-share/protocol";
import type { Log } from "../ports.ts";

export interface Rate {
  readonly burst: number;
  /** How long it takes until one more may pass, ms. */
  readonly intervalMs: number;
}

export class RateLimit<T> {
  #allowed: number;
  #leftOut = 0;
  #newest: { readonly item: T } | undefined;
  #cancelRefill: (() => void) | undefined;

  /** @param pass receives an item, and how many older ones were dropped since the last one that passed */
  constructor(
    private readonly rate: Rate,
    private readonly timers: Pick<Timing, "after">,
    private readonly pass: (item: T, leftOut: number) => void,
  ) {
    this.#allowed = rate.burst;
  }

  offer(item: T): void {
    if (this.#allowed > 0) {
      this.#pass(item);
      return;
    }
    if (this.#newest) this.#leftOut++;
    this.#newest = { item };
  }

  stop(): void {
    this.#cancelRefill?.();
    this.#cancelRefill = undefined;
    this.#newest = undefined;
    this.#leftOut = 0;
  }

  #pass(item: T): void {
    this.#allowed--;
    const leftOut = this.#leftOut;
    this.#leftOut = 0;
    this.#cancelRefill ??= this.#startRefill();
    this.pass(item, leftOut);
  }

  #startRefill(): () => void {
    return this.timers.after(this.rate.intervalMs, () => this.#refill());
  }

  #refill(): void {
    this.#cancelRefill = undefined;
    this.#allowed++;
    const next = this.#newest;
    this.#newest = undefined;
    if (next) this.#pass(next.item);
    else if (this.#allowed < this.rate.burst) this.#cancelRefill = this.#startRefill();
  }
}

/** A viewer that joins and leaves as fast as it can causes at most 12 lines per minute. */
export const LINES: Rate = { burst: 10, intervalMs: 5000 };

interface Line {
  readonly level: "info" | "warn";
  readonly message: string;
}

/** A log that a relay and its viewers cannot flood. Debug lines are not limited, since users who enable them want all of them. */
export class LimitedLog implements Pick<Log, "debug" | "info" | "warn"> {
  readonly #lines: RateLimit<Line>;

  constructor(
    private readonly log: Log,
    timers: Pick<Timing, "after">,
  ) {
    this.#lines = new RateLimit(LINES, timers, ({ level, message }, leftOut) => {
      log[level](leftOut > 0 ? `${message} (${leftOut} earlier lines omitted)` : message);
    });
  }

  debug(message: string): void {
    this.log.debug(message);
  }

  info(message: string): void {
    this.#lines.offer({ level: "info", message });
  }

  warn(message: string): void {
    this.#lines.offer({ level: "warn", message });
  }

  stop(): void {
    this.#lines.stop();
  }
}
