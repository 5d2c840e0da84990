/**
 * Logs events that clients can cause, at a bounded rate. Lines beyond that are only counted, and the count is logged once per minute. Each group has
 * a rate of its own, so that a flood in one room hides nothing in another.
 */
import { Bucket } from "./core/bucket.ts";
import type { Logger } from "./log.ts";

const SUMMARY_INTERVAL_MS = 60_000;

/** What shares one rate, as fields for the log. */
type Group = Readonly<Record<string, string>>;

export class BoundedLog {
  readonly #groups = new Map<
    string,
    { readonly group: Group; readonly bucket: Bucket; suppressed: number }
  >();
  #summaryAt: number;

  constructor(
    private readonly log: Pick<Logger, "info" | "warn">,
    private readonly options: {
      /** Per group. */
      readonly rate: ConstructorParameters<typeof Bucket>[0];
      /** The line that reports how many were suppressed. */
      readonly summary: string;
      /** Called for each suppressed line. */
      readonly suppressed?: (() => void) | undefined;
    },
    now: number,
  ) {
    this.#summaryAt = now + SUMMARY_INTERVAL_MS;
  }

  /** @param fields never a token or a query */
  line(group: Group, text: string, fields: object, now: number): void {
    const key = JSON.stringify(group);
    const { rate, suppressed } = this.options;
    const known = this.#groups.get(key) ?? { group, bucket: new Bucket(rate, now), suppressed: 0 };
    this.#groups.set(key, known);
    if (known.bucket.tryTake(1, now)) this.log.info(fields, text);
    else {
      known.suppressed++;
      suppressed?.();
    }
  }

  /** Called about once a second. */
  tick(now: number): void {
    if (now < this.#summaryAt) return;
    this.#summaryAt = now + SUMMARY_INTERVAL_MS;
    for (const [key, known] of this.#groups) {
      if (known.bucket.isFull(now)) this.#groups.delete(key);
      if (known.suppressed === 0) continue;
      this.log.warn({ ...known.group, lines: known.suppressed }, this.options.summary);
      known.suppressed = 0;
    }
  }
}
