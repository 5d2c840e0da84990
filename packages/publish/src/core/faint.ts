/**
 * A host that watches its own picture sees each update change it again, though ever so little: its page draws what was encoded, which is grabbed and
 * encoded once more. Faint changes of a tile therefore wait, each one longer than the last, and go together. They are sent exactly in
 * the end, and what the eye would notice is never held back. Compares, and encodes nothing.
 */
import { type Geometry, tileRuns } from "@screen-share/protocol";

const BYTES_PER_PX = 4;
const CHANNELS = 3;
/** A faint change is one of at most this many levels of 255 in any channel. */
export const MAX_FAINT_LEVELS = 20;
/** Where this many faint changes or fewer come with a clear one, all belong to something that moves, and none is held back. */
export const FAINT_PER_CLEAR = 4;
/** The first faint change of a tile goes at once; the next waits this long after it, each further one twice as long. */
const FIRST_HOLD_MS = 500;
/** No faint change waits longer after the tile was last sent. */
export const MAX_HOLD_MS = 8000;
/** A tile that was not sent for so long begins again. */
const FORGET_MS = 60_000;

/** Whether two pictures differ in this tile only faintly. */
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

/** The largest difference of a px in any channel. */
function difference(before: Uint8Array, after: Uint8Array, px: number): number {
  let most = 0;
  for (let at = px; at < px + CHANNELS; at++) {
    most = Math.max(most, Math.abs((before[at] ?? 0) - (after[at] ?? 0)));
  }
  return most;
}

export class FaintChanges {
  /** How many faint changes of each tile were sent in a row. */
  readonly #sentInRow: Uint8Array;

  constructor(tileCount: number) {
    this.#sentInRow = new Uint8Array(tileCount);
  }

  /**
   * Whether faint changes may go now. If one may, all may: an update that has to be sent anyway may take them all.
   * @param sentAt when a tile was sent last, ms
   */
  due(indices: readonly number[], sentAt: (index: number) => number, now: number): boolean {
    return indices.some((index) => now >= sentAt(index) + this.#holdMs(index, now - sentAt(index)));
  }

  /** A tile was sent. @param agoMs how long it had not been, ms */
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
