/** How old a picture was, by the times when each of its tiles was captured and arrived. */
import { wallNow } from "@screen-share/protocol/testing/connect";
import type { Received } from "@screen-share/protocol/testing/test-viewer";

const SAMPLE_MS = 20;

/**
 * The mean age of the tiles at each sampled moment at which all have arrived. Times are in ms since 1970.
 * @param options.capturedAt if it is better known than from the update
 */
export function agesOf(
  updates: readonly Received[],
  options: {
    readonly tiles: readonly number[];
    readonly from: number;
    readonly to: number;
    readonly capturedAt?: (update: Received) => number | undefined;
  },
): number[] {
  const { tiles, from, to, capturedAt = (update: Received) => update.capturedAt } = options;
  const shown = new Map<number, number>();
  const wanted = new Set(tiles);
  const ages: number[] = [];
  let next = 0;
  for (let now = from; now <= to; now += SAMPLE_MS) {
    for (let update = updates[next]; update && wallNow(update.at) <= now; update = updates[next]) {
      const at = capturedAt(update);
      next++;
      if (at === undefined) continue;
      for (const index of update.indices) if (wanted.has(index)) shown.set(index, at);
    }
    if (shown.size < wanted.size) continue;
    let sum = 0;
    for (const at of shown.values()) sum += now - at;
    ages.push(sum / wanted.size);
  }
  return ages;
}

/** The time from `since` until each of these tiles was captured after it; NaN if that never happened. @param since ms since 1970 */
export function freshAfter(
  updates: readonly Received[],
  { tiles, since }: { readonly tiles: readonly number[]; readonly since: number },
): number {
  const old = new Set(tiles);
  for (const update of updates) {
    if (update.capturedAt < since) continue;
    for (const index of update.indices) old.delete(index);
    if (old.size === 0) return wallNow(update.at) - since;
  }
  return Number.NaN;
}
