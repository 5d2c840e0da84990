/** Whether the picture that stands there is all of one time: while updates are cut, some of it is older than the rest. Pure. */

/** Parts are normal for so long, and so is a moment without: what is said of it does not flicker. */
const SETTLED_MS = 1000;

export class Parts {
  #cut = false;
  #since = 0;
  #behind = false;

  /** Something was drawn, at `now` on our clock, ms. @param cut whether more is to follow it */
  drawn(cut: boolean, now: number): void {
    if (cut !== this.#cut) this.#since = now;
    this.#cut = cut;
  }

  /** Whether parts have been older for a while. */
  behindAt(now: number): boolean {
    if (now - this.#since >= SETTLED_MS) this.#behind = this.#cut;
    return this.#behind;
  }
}
