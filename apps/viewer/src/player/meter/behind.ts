/**
 * Watches a picture that comes in parts: while the relay marks updates as cut, it has more to send than may be on its way. How fast
 * they come is then what the connection carries, and how soon the same tile comes again is how far what moves is behind.
 */
import type { Update } from "@screen-share/protocol";
import { percentile } from "./percentile.ts";

export class Behind {
  /** When each tile came, while the picture comes in parts; 0: not yet. */
  #cameAt = new Float64Array();
  /** When the last part came, if more was to follow it. */
  #since: number | undefined;

  /**
   * An update came.
   * @param at our clock, ms
   * @returns how long the relay has been sending this one, if it had to wait for the one before; and how long ago its tiles came last
   */
  updated(
    { cut, tiles }: Pick<Update, "cut" | "tiles">,
    at: number,
  ): { readonly sendingMs: number | undefined; readonly renewalMs: number | undefined } {
    const sendingMs = this.#since === undefined ? undefined : Math.max(0, at - this.#since);
    const renewalMs = cut || this.#since !== undefined ? this.#renew(tiles, at) : undefined;
    if (!cut) this.reset();
    else this.#since = at;
    return { sendingMs, renewalMs };
  }

  /** What comes next has nothing to do with what came before. */
  reset(): void {
    if (this.#since !== undefined) this.#cameAt.fill(0);
    this.#since = undefined;
  }

  #renew(tiles: Update["tiles"], at: number): number | undefined {
    const highest = tiles.at(-1)?.index ?? 0;
    if (highest >= this.#cameAt.length) {
      const longer = new Float64Array(highest + 1);
      longer.set(this.#cameAt);
      this.#cameAt = longer;
    }
    const times: number[] = [];
    for (const { index } of tiles) {
      const before = this.#cameAt[index];
      if (before) times.push(Math.max(0, at - before));
      this.#cameAt[index] = at;
    }
    return percentile(times, 0.5);
  }
}
