/**
 * How often an address may fail to show a token that counts. A valid token is never asked for this: whoever shares an address
 * with an attacker gets in all the same.
 */
import { Bucket } from "./bucket.ts";

const FAILURES = { capacity: 20, perSecond: 0.5 } as const;
/** More addresses are not kept apart: beyond it the longest known is forgotten. */
const MAX_ADDRESSES = 20_000;

export class Throttle {
  readonly #buckets = new Map<string, Bucket>();

  /**
   * An attempt failed.
   * @param address undefined: of this machine itself, which is never too fast
   * @returns whether it was one too many
   */
  failed(address: string | undefined, now: number): boolean {
    if (address === undefined) return false;
    let bucket = this.#buckets.get(address);
    if (!bucket) {
      const [longestKnown] = this.#buckets.keys();
      if (this.#buckets.size >= MAX_ADDRESSES && longestKnown) this.#buckets.delete(longestKnown);
      bucket = new Bucket(FAILURES, now);
      this.#buckets.set(address, bucket);
    }
    // An address that goes on while it is over does not dig itself in deeper.
    if (bucket.take(0, now) < 1) return true;
    bucket.take(1, now);
    return false;
  }

  /** Called about once a second. */
  tick(now: number): void {
    for (const [address, bucket] of this.#buckets) {
      if (bucket.isFull(now)) this.#buckets.delete(address);
    }
  }
}
