/** What the latencies of some seconds come to: how long it usually takes, and where that time goes. */
import type { Latency } from "./latency.ts";
import { percentile } from "./percentile.ts";

/** From an update's grab to the screen, ms: of the parts see `Latency`. Undefined where it is not known. */
export interface TypicalLatency {
  readonly p50Ms: number | undefined;
  readonly p95Ms: number | undefined;
  /** Of the middle half of the updates, so that the parts add up to what is usual. */
  readonly captureMs: number | undefined;
  readonly uplinkMs: number | undefined;
  readonly linkMs: number | undefined;
  readonly decodeMs: number | undefined;
  /** Of how many drawings. */
  readonly count: number;
}

/** The parts, in the order in which time passes. */
export const PARTS = ["captureMs", "uplinkMs", "linkMs", "decodeMs"] as const;
export type Part = (typeof PARTS)[number];

export function typicalOf(latencies: readonly Latency[]): TypicalLatency {
  const totals = latencies.flatMap(({ totalMs }) => (totalMs === undefined ? [] : [totalMs]));
  const middle = middleHalf(latencies);
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

/** Without the fastest and the slowest quarter. */
function middleHalf(latencies: readonly Latency[]): readonly Latency[] {
  const sorted = [...latencies].sort((a, b) => knownMs(a) - knownMs(b));
  const quarter = Math.floor(sorted.length / 4);
  return sorted.slice(quarter, sorted.length - quarter);
}

function knownMs(latency: Latency): number {
  return latency.totalMs ?? PARTS.reduce((sum, part) => sum + (latency[part] ?? 0), 0);
}

function meanOf(latencies: readonly Latency[], part: Part): number | undefined {
  const known = latencies.flatMap((latency) => latency[part] ?? []);
  return known.length === 0 ? undefined : known.reduce((sum, ms) => sum + ms, 0) / known.length;
}
