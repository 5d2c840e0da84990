/** Logs who was not let in, but no flood of them: beyond a few a minute they are only counted. */
import { Bucket } from "./core/bucket.ts";
import type { Logger } from "./log.ts";

const LINES = { capacity: 20, perSecond: 20 / 60 } as const;
const SUMMARY_INTERVAL_MS = 60_000;

export class RefusalLog {
  readonly #lines: Bucket;
  #unlogged = 0;
  #summaryAt: number;

  constructor(
    private readonly log: Pick<Logger, "info" | "warn">,
    now: number,
  ) {
    this.#lines = new Bucket(LINES, now);
    this.#summaryAt = now + SUMMARY_INTERVAL_MS;
  }

  /** @param fields what is known; never a token or a query */
  refused(fields: Readonly<Record<string, unknown>>, now: number): void {
    if (this.#lines.take(0, now) < 1) {
      this.#unlogged++;
      return;
    }
    this.#lines.take(1, now);
    this.log.info(fields, "refused");
  }

  /** Called about once a second. */
  tick(now: number): void {
    if (now < this.#summaryAt) return;
    this.#summaryAt = now + SUMMARY_INTERVAL_MS;
    if (this.#unlogged > 0)
      this.log.warn({ count: this.#unlogged }, "refused, and not logged each");
    this.#unlogged = 0;
  }
}
