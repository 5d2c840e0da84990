/** What happened in one second, or in several together: plain sums, of bounded size, of which statistics are made. */
import type { Latency } from "./latency.ts";

/** Of one second no more latencies and renewals are kept: enough for any display's rate. */
const MAX_KEPT = 240;

export interface Second {
  /** How long it really was. */
  readonly seconds: number;
  /** Updates that came, and of them those with tiles, and those that were a part of what was due. */
  readonly updates: number;
  readonly moving: number;
  readonly cuts: number;
  /** Of whole messages. */
  readonly bytes: number;
  readonly tiles: number;
  /** Tiles in tables coarser than the host is meant to use. */
  readonly coarseTiles: number;
  /** What came while the relay had more to send at once, and how long that took. */
  readonly behindBytes: number;
  readonly behindMs: number;
  /** How long it took until the same tile came again, while the picture came in parts, ms: one value an update. */
  readonly renewalsMs: readonly number[];
  /** Drawings that changed something. */
  readonly paints: number;
  /** Updates that were drawn together with a newer one. */
  readonly merged: number;
  readonly drawingMs: number;
  /** Of the newest update of each drawing; those that brought tiles, and those that did not. */
  readonly latencies: readonly Latency[];
  readonly quietLatencies: readonly Latency[];
}

/** One that is still going on. */
export type OpenSecond = {
  -readonly [Key in keyof Second]: Second[Key] extends readonly (infer One)[] ? One[] : Second[Key];
};

export function newSecond(): OpenSecond {
  return {
    seconds: 0,
    updates: 0,
    moving: 0,
    cuts: 0,
    bytes: 0,
    tiles: 0,
    coarseTiles: 0,
    behindBytes: 0,
    behindMs: 0,
    renewalsMs: [],
    paints: 0,
    merged: 0,
    drawingMs: 0,
    latencies: [],
    quietLatencies: [],
  };
}

/** Puts one more at the list's end, unless it is full. */
export function keep<T>(list: T[], one: T): void {
  if (list.length < MAX_KEPT) list.push(one);
}

/** All of them as if they were one. */
export function together(seconds: readonly Second[]): Second {
  const sum = newSecond();
  for (const one of seconds) {
    sum.seconds += one.seconds;
    sum.updates += one.updates;
    sum.moving += one.moving;
    sum.cuts += one.cuts;
    sum.bytes += one.bytes;
    sum.tiles += one.tiles;
    sum.coarseTiles += one.coarseTiles;
    sum.behindBytes += one.behindBytes;
    sum.behindMs += one.behindMs;
    sum.paints += one.paints;
    sum.merged += one.merged;
    sum.drawingMs += one.drawingMs;
  }
  sum.renewalsMs = seconds.flatMap(({ renewalsMs }) => renewalsMs);
  sum.latencies = seconds.flatMap(({ latencies }) => latencies);
  sum.quietLatencies = seconds.flatMap(({ quietLatencies }) => quietLatencies);
  return sum;
}
