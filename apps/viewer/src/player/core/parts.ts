/** Whether the whole picture is of the same time: while updates are cut, parts of it are older. Pure. */

/** Shorter changes do not count, so that the message does not flicker. */
const SETTLED_MS = 1000;

export class Parts {
  #cut = false;
  #since = 0;
  #behind = false;

  /** An update was drawn, at `now` on our clock, ms. */
  drawn(cut: boolean, now: number): void {
    if (cut !== this.#cut) this.#since = now;
    this.#cut = cut;
  }

  /** Whether parts of the picture have been older for a while. */
  behindAt(now: number): boolean {
    if (now - this.#since >= SETTLED_MS) this.#behind = this.#cut;
    return this.#behind;
  }
}
