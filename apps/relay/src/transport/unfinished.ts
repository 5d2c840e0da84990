/**
 * The bytes of all messages that have begun to arrive and are not whole yet. They cost their senders nothing, so together they have
 * a limit: beyond it the connection that holds most is dropped, strangers first.
 */

export interface Holder {
  /** It has shown that it may be here. */
  readonly admitted: boolean;
  /** Breaks the connection, and frees what it holds. */
  drop(): void;
}

export class Unfinished {
  readonly #held = new Map<Holder, number>();
  #totalBytes = 0;

  constructor(private readonly maxBytes: number) {}

  get totalBytes(): number {
    return this.#totalBytes;
  }

  /** A connection holds so many bytes now. Others may be dropped for it, or it itself. */
  holds(holder: Holder, bytes: number): void {
    this.#totalBytes += bytes - (this.#held.get(holder) ?? 0);
    if (bytes > 0) this.#held.set(holder, bytes);
    else this.#held.delete(holder);
    while (this.#totalBytes > this.maxBytes) {
      const largest = this.#largest();
      if (!largest) return;
      this.holds(largest, 0);
      largest.drop();
    }
  }

  #largest(): Holder | undefined {
    let largest: Holder | undefined;
    for (const [holder, bytes] of this.#held) {
      const than = largest && (this.#held.get(largest) ?? 0);
      const sooner = largest?.admitted === true && !holder.admitted;
      const later = largest?.admitted === false && holder.admitted;
      if (than === undefined || sooner || (!later && bytes > than)) largest = holder;
    }
    return largest;
  }
}
