/** Bounds the bytes of all messages that have arrived only in part. Above it the connection with the most is dropped, strangers first. */

export interface PartialSender {
  /** Whether its client was admitted. All others are strangers. */
  readonly admitted: boolean;
  /** Drops the connection, which frees what it holds. */
  drop(): void;
}

export class Unfinished {
  readonly #held = new Map<PartialSender, number>();
  #totalBytes = 0;

  constructor(private readonly maxBytes: number) {}

  get totalBytes(): number {
    return this.#totalBytes;
  }

  /** Sets what a connection holds. This may drop others, or itself. */
  holds(sender: PartialSender, bytes: number): void {
    this.#totalBytes += bytes - (this.#held.get(sender) ?? 0);
    if (bytes > 0) this.#held.set(sender, bytes);
    else this.#held.delete(sender);
    while (this.#totalBytes > this.maxBytes) {
      const [largest] = [...this.#held].reduce((a, b) => (isWorse(b, a) ? b : a));
      this.holds(largest, 0);
      largest.drop();
    }
  }
}

type Entry = readonly [PartialSender, number];

function isWorse([a, aBytes]: Entry, [b, bBytes]: Entry): boolean {
  return a.admitted === b.admitted ? aBytes > bBytes : b.admitted;
}
