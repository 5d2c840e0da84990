/**
 * Measures a picture that arrives in parts. While updates are cut, the relay has more to send than the window allows: the rate at which
 * they arrive is the rate of the connection, and the time until the same tile arrives again is the redraw interval.
 */
import type { Update } from "@screen-share/protocol";
import { percentile } from "./latency.ts";

export class Behind {
  /** When each tile last arrived in a cut update; 0 if it has not. */
  #cameAt = new Float64Array();
  /** When the last update arrived, if it was cut. */
  #since: number | undefined;

  /** @returns how long the relay has been sending this update, if the one before was cut; and how long ago its tiles last arrived */
  updated({ cut, tiles }: Pick<Update, "cut" | "tiles">, at: number) {
    const sendingMs = this.#since === undefined ? undefined : Math.max(0, at - this.#since);
    const renewalMs = cut || this.#since !== undefined ? this.#renew(tiles, at) : undefined;
    if (!cut) this.reset();
    else this.#since = at;
    return { sendingMs, renewalMs };
  }

  /** The next update does not continue the previous ones. */
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
