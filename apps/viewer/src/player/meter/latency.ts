/** How long updates take from the host's screen to this one, and where the time goes. */
import type { ClockOffset, Times } from "@screen-share/protocol";

/** The latency of one update. Undefined parts were not reported by their side. */
export interface Latency {
  /** From the grab to the end of encoding, on the host. */
  readonly captureMs: number | undefined;
  /** From there to the relay. */
  readonly uplinkMs: number | undefined;
  /** From the relay to this page, including the time it waited for other updates. */
  readonly linkMs: number | undefined;
  /** From its arrival until it was drawn. */
  readonly decodeMs: number;
  /** From the grab to the screen. */
  readonly totalMs: number | undefined;
  /** How wrong the clocks may be: half a round trip to the relay. The host's own error is not known here. */
  readonly errorMs: number;
}

/** The parts, in the order in which time passes. */
export const PARTS = ["captureMs", "uplinkMs", "linkMs", "decodeMs"] as const;
export type Part = (typeof PARTS)[number];

/** @param times of the update, on the relay's clock; `receivedAt` and `drawnAt` on ours */
export function latencyOf(
  times: Times & { readonly receivedAt: number; readonly drawnAt: number },
  clock: ClockOffset,
): Latency {
  const { capturedAt, encodedAt, relayedAt, receivedAt, drawnAt } = times;
  const between = (from: number, to: number) => (from && to ? Math.max(0, to - from) : undefined);
  const known = Number.isFinite(clock.errorMs);
  const parts = {
    captureMs: between(capturedAt, encodedAt),
    uplinkMs: between(encodedAt, relayedAt),
    linkMs: known ? between(relayedAt, clock.toRemote(receivedAt)) : undefined,
    decodeMs: Math.max(0, drawnAt - receivedAt),
  };
  const totalMs = known ? between(capturedAt, clock.toRemote(drawnAt)) : undefined;
  return {
    ...parts,
    // The first estimates of the clock may be wrong by more than the whole latency.
    totalMs: totalMs === undefined ? undefined : Math.max(totalMs, sumOfParts(parts)),
    errorMs: clock.errorMs,
  };
}

/** The latency of several updates. The parts are those of the middle half of the updates, so that they add up to the usual total. */
export interface TypicalLatency extends Readonly<Record<Part, number | undefined>> {
  readonly p50Ms: number | undefined;
  readonly p95Ms: number | undefined;
  readonly count: number;
}

export function typicalOf(latencies: readonly Latency[]): TypicalLatency {
  const totals = latencies.flatMap(({ totalMs }) => totalMs ?? []);
  const knownMs = (latency: Latency) => latency.totalMs ?? sumOfParts(latency);
  const sorted = [...latencies].sort((a, b) => knownMs(a) - knownMs(b));
  const quarter = Math.floor(sorted.length / 4);
  const middle = sorted.slice(quarter, sorted.length - quarter);
  return {
    p50Ms: percentile(totals, 0.5),
    p95Ms: percentile(totals, 0.95),
    captureMs: meanOf(middle, "captureMs"),
    uplinkMs: meanOf(middle, "uplinkMs"),
    linkMs: meanOf(middle, "linkMs"),
    decodeMs: meanOf(middle, "decodeMs"),
    count: latencies.length,
  };
}

/** The nearest-rank percentile. Undefined if there are no values. @param share above 0, up to 1 */
export function percentile(values: readonly number[], share: number): number | undefined {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.ceil(share * sorted.length) - 1];
}

export function sumOfParts(latency: Readonly<Record<Part, number | undefined>>): number {
  return PARTS.reduce((sum, part) => sum + (latency[part] ?? 0), 0);
}

function meanOf(latencies: readonly Latency[], part: Part): number | undefined {
  const known = latencies.flatMap((latency) => latency[part] ?? []);
  return known.length === 0 ? undefined : known.reduce((sum, ms) => sum + ms, 0) / known.length;
}
