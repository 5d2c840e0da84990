/**
 * A log that a relay and its viewers cannot flood: after a burst, only the newest line of each interval is written, with the number left
 * out.
 */
import type { Timing } from "@screen-share/protocol";
import type { Log } from "../ports.ts";
import { type Rate, RateLimit } from "./rate-limit.ts";

/** A viewer that joins and leaves as fast as it can causes at most 12 lines per minute. */
export const LINES: Rate = { burst: 10, intervalMs: 5000 };

interface Line {
  readonly level: "info" | "warn";
  readonly message: string;
}

/** Limits lines at info and warn. Debug lines are not limited, since users who enable them want all of them. */
export class LimitedLog implements Pick<Log, "debug" | "info" | "warn"> {
  readonly #lines: RateLimit<Line>;

  constructor(
    private readonly log: Log,
    timers: Pick<Timing, "after">,
  ) {
    this.#lines = new RateLimit(LINES, timers, ({ level, message }, leftOut) => {
      log[level](leftOut > 0 ? `${message} (${leftOut} earlier lines were left out)` : message);
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
