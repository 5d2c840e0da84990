/** What happened in one second, or in several: sums and short lists, from which the statistics are made. */
import type { Latency } from "./latency.ts";

/** At most this many latencies and intervals are kept per second: enough for the refresh rate of any display. */
const MAX_KEPT = 240;

const SUMS = {
  seconds: 0,
  /** Updates that arrived, those with tiles, and those with only part of the pending tiles. */
  updates: 0,
  moving: 0,
  cuts: 0,
  bytes: 0,
  tiles: 0,
  /** Tiles in coarser tables than the host intends to use. */
  coarseTiles: 0,
  /** What arrived while the relay had more to send, and how long that took. */
  behindBytes: 0,
  behindMs: 0,
  /** Drawings that changed something. */
  paints: 0,
  /** Updates that were drawn together with a newer one. */
  merged: 0,
  drawingMs: 0,
};

type Sums = typeof SUMS;
export interface Second extends Sums {
  /** The time until the same tile arrived again, while updates were cut: one value per update. */
  readonly renewalsMs: number[];
  /** Of the newest update of each drawing: those with tiles, and those without. */
  readonly latencies: Latency[];
  readonly quietLatencies: Latency[];
}

export function newSecond(): Second {
  return { ...SUMS, renewalsMs: [], latencies: [], quietLatencies: [] };
}

/** Appends to the list, unless it is full. */
export function keep<T>(list: T[], one: T): void {
  if (list.length < MAX_KEPT) list.push(one);
}

export function together(seconds: readonly Second[]): Second {
  const sum = newSecond();
  for (const one of seconds) {
    for (const key of Object.keys(SUMS) as (keyof typeof SUMS)[]) sum[key] += one[key];
    sum.renewalsMs.push(...one.renewalsMs);
    sum.latencies.push(...one.latencies);
    sum.quietLatencies.push(...one.quietLatencies);
  }
  return sum;
}
