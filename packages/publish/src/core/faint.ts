/**
 * Holds back faint changes of a tile, each one longer than the last. Without it, a host that watches its own picture would change it very slightly
 * with each update, endlessly. In the end, faint changes are sent exactly.
 */

import { type Geometry, tileRuns } from "@screen-share/protocol";
import { BYTES_PER_PX } from "../ports.ts";

const CHANNELS = 3;
/** A change is faint if it is at most this large in every channel, of 255. */
export const MAX_FAINT_LEVELS = 20;
/** With at most this many faint changes per clear one, they are all part of the same movement, and none is held back. */
export const FAINT_PER_CLEAR = 4;
/** The first faint change of a tile is sent at once; the next waits this long after it, and each further one twice as long. */
const FIRST_HOLD_MS = 500;
/** The longest wait after the tile was last sent. */
export const MAX_HOLD_MS = 8000;
/** A tile that has not been sent for this long starts over. */
const FORGET_MS = 60_000;

export function differsFaintly(
  geometry: Geometry,
  index: number,
  [before, after]: readonly [Uint8Array, Uint8Array],
): boolean {
  for (const { x, y, width, height } of tileRuns(geometry, index)) {
    for (let row = y; row < y + height; row++) {
      let px = (row * geometry.width + x) * BYTES_PER_PX;
      for (const end = px + width * BYTES_PER_PX; px < end; px += BYTES_PER_PX) {
        if (difference(before, after, px) > MAX_FAINT_LEVELS) return false;
      }
    }
  }
  return true;
}

function difference(before: Uint8Array, after: Uint8Array, px: number): number {
  let most = 0;
  for (let at = px; at < px + CHANNELS; at++) {
    most = Math.max(most, Math.abs((before[at] ?? 0) - (after[at] ?? 0)));
  }
  return most;
}

export class FaintChanges {
  /** How many faint changes of each tile were sent in succession. */
  readonly #sentInRow: Uint8Array;

  constructor(tileCount: number) {
    this.#sentInRow = new Uint8Array(tileCount);
  }

  /** Whether faint changes may be sent now: if one may, all may, since an update is sent anyway. @param sentAt of a tile, ms */
  due(indices: readonly number[], sentAt: (index: number) => number, now: number): boolean {
    return indices.some((index) => now >= sentAt(index) + this.#holdMs(index, now - sentAt(index)));
  }

  /** A tile was sent. @param agoMs how long ago it was sent before, ms */
  sent(index: number, faint: boolean, agoMs: number): void {
    const before = agoMs > FORGET_MS ? 0 : (this.#sentInRow[index] ?? 0);
    this.#sentInRow[index] = faint ? Math.min(255, before + 1) : 0;
  }

  #holdMs(index: number, agoMs: number): number {
    const inRow = this.#sentInRow[index] ?? 0;
    if (inRow === 0 || agoMs > FORGET_MS) return 0;
    return Math.min(MAX_HOLD_MS, FIRST_HOLD_MS * 2 ** (inRow - 1));
  }
}
