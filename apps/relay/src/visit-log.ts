/**
 * Logs who comes into rooms and leaves them. One link can come and go thousands of times per second: beyond a few lines per room and
 * role they are only counted, and each room has lines of its own, so that a flood in one hides nothing of another.
 */
import { Bucket } from "./core/bucket.ts";
import type { Logger } from "./log.ts";

/** Lines per room and role. */
const LINES = { capacity: 100, perSecond: 1 } as const;
const SUMMARY_INTERVAL_MS = 60_000;

export interface Visit {
  readonly room: string;
  readonly role: "producer" | "viewer";
}

interface Lines {
  readonly visit: Visit;
  readonly bucket: Bucket;
  unlogged: number;
}

export class VisitLog {
  readonly #byVisit = new Map<string, Lines>();
  #summaryAt: number;

  /** @param bundled called for each line that is only counted */
  constructor(
    private readonly log: Pick<Logger, "info" | "warn">,
    private readonly bundled: () => void,
    now: number,
  ) {
    this.#summaryAt = now + SUMMARY_INTERVAL_MS;
  }

  line({ room, role }: Visit, text: string, fields: object, now: number): void {
    const key = `${role} ${room}`;
    const lines = this.#byVisit.get(key) ?? {
      visit: { room, role },
      bucket: new Bucket(LINES, now),
      unlogged: 0,
    };
    this.#byVisit.set(key, lines);
    if (lines.bucket.take(0, now) >= 1) {
      lines.bucket.take(1, now);
      this.log.info(fields, text);
      return;
    }
    lines.unlogged++;
    this.bundled();
  }

  /** Called about once a second. */
  tick(now: number): void {
    if (now < this.#summaryAt) return;
    this.#summaryAt = now + SUMMARY_INTERVAL_MS;
    for (const [key, { visit, bucket, unlogged }] of this.#byVisit) {
      if (bucket.isFull(now)) this.#byVisit.delete(key);
      if (unlogged > 0) {
        this.log.warn({ ...visit, lines: unlogged }, "more came and went than is logged");
      }
    }
    for (const lines of this.#byVisit.values()) lines.unlogged = 0;
  }
}
