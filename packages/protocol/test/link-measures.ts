/** Measures what a simulated viewer saw. Times are in ms. */
import type { Scenario } from "./link-scenarios.ts";
import type { SimulatedLink } from "./simulated-link.ts";

export const SAMPLE_MS = 10;
/** After an area begins to move, its age is that of its last motion until the first new picture arrives. This time is not counted. */
const SETTLING_MS = 500;

export interface ShownTile {
  readonly tile: number;
  readonly version: number;
  readonly capturedAt: number;
}

export type Report = ReturnType<Measures["report"]>;

export class Measures {
  readonly #shownVersion: Float64Array;
  readonly #shownCapture: Float64Array;
  readonly #ages: number[] = [];
  readonly #oldest: number[] = [];
  readonly #keys: number[] = [];
  readonly #buffered: number[] = [];
  #typed: { tile: number; version: number; at: number }[] = [];
  #updates = 0;
  #measuring = false;
  #samples = 0;
  #demandSamples = 0;
  #busyAtStart = 0;
  #delivered = 0;
  #recoveryMs = Number.NaN;
  #oldBytes = 0;

  constructor(
    private readonly scenario: Scenario,
    private readonly link: SimulatedLink,
  ) {
    this.#shownVersion = new Float64Array(scenario.workload.tileBytes.length);
    this.#shownCapture = new Float64Array(scenario.workload.tileBytes.length);
  }

  typed(tile: number, version: number, at: number): void {
    if (this.#measuring) this.#typed.push({ tile, version, at });
  }

  sent(): void {
    if (this.#measuring) this.#updates++;
  }

  drawn(update: { bytes: number; shown: readonly ShownTile[]; sentAt: number }, now: number): void {
    for (const { tile, version, capturedAt } of update.shown) {
      this.#shownVersion[tile] = version;
      this.#shownCapture[tile] = capturedAt;
    }
    const isShown = (key: { tile: number; version: number }) =>
      (this.#shownVersion[key.tile] ?? 0) >= key.version;
    for (const key of this.#typed) if (isShown(key)) this.#keys.push(now - key.at);
    this.#typed = this.#typed.filter((key) => !isShown(key));
    if (this.#measuring) this.#delivered += update.bytes;
    const { stallEndsAt } = this.scenario;
    if (stallEndsAt === undefined || now < stallEndsAt) return;
    if (update.sentAt < stallEndsAt) this.#oldBytes += update.bytes;
    const fresh = this.scenario.workload.moving.every(
      (tile) => (this.#shownCapture[tile] ?? 0) >= stallEndsAt,
    );
    if (fresh && Number.isNaN(this.#recoveryMs)) this.#recoveryMs = now - stallEndsAt;
  }

  sample({ now, waiting, buffered }: { now: number; waiting: boolean; buffered: number }): void {
    if (!this.#measuring) {
      this.#measuring = true;
      this.#busyAtStart = this.link.busyMs;
    }
    this.#samples++;
    const standing = this.link.model.bytesPerMs(now) === 0;
    if (!standing && (waiting || this.link.queuedBytes > 0)) this.#demandSamples++;
    this.#buffered.push(buffered);
    const { moving, movesAt } = this.scenario.workload;
    const moves = movesAt === undefined || (movesAt(now) && movesAt(now - SETTLING_MS));
    if (moving.length === 0 || !moves) return;
    let sum = 0;
    let oldest = 0;
    for (const tile of moving) {
      const age = now - (this.#shownCapture[tile] ?? 0);
      sum += age;
      oldest = Math.max(oldest, age);
    }
    this.#ages.push(sum / moving.length);
    this.#oldest.push(oldest);
  }

  report() {
    const busyMs = this.link.busyMs - this.#busyAtStart;
    return {
      /** The age of the moving area, as the mean of its tiles at each sample. NaN if nothing moves. */
      ageMs: percentiles(this.#ages),
      /** The age of its oldest tile. */
      oldestMs: percentiles(this.#oldest),
      /** The time from a keystroke until its tile is shown. */
      keyMs: percentiles(this.#keys),
      /** The share of time in which the link was sending, while there was something to send. */
      use: Math.min(1, busyMs / (this.#demandSamples * SAMPLE_MS)),
      deliveredBytes: this.#delivered,
      /** Bytes in the kernel and in queues. */
      bufferedBytes: percentiles(this.#buffered),
      updatesPerS: this.#updates / ((this.#samples * SAMPLE_MS) / 1000),
      /** The time from the end of the stall until every moving tile is newer than that. NaN without a stall. */
      recoveryMs: this.#recoveryMs,
      /** Bytes delivered after the stall that were captured before its end. */
      oldBytes: this.#oldBytes,
    };
  }
}

function percentiles(values: readonly number[]) {
  const sorted = Float64Array.from(values).sort();
  const at = (part: number) =>
    sorted[Math.min(sorted.length - 1, Math.floor(part * sorted.length))] ?? Number.NaN;
  return { p50: at(0.5), p95: at(0.95) };
}
