/** Bytes that arrive in pieces of any length, and are read in pieces of any other length. */
export class ByteSource {
  readonly #chunks: AsyncIterator<Uint8Array>;
  #held: Uint8Array[] = [];
  #heldBytes = 0;
  /** How many bytes were taken so far. Read-only for others. */
  offset = 0;

  constructor(chunks: AsyncIterable<Uint8Array>) {
    this.#chunks = chunks[Symbol.asyncIterator]();
  }

  /** The next `length` bytes. @returns "ended" if there are none left, "cut-off" if there are fewer */
  async take(length: number): Promise<Uint8Array | "ended" | "cut-off"> {
    while (this.#heldBytes < length) {
      const { done, value } = await this.#chunks.next();
      if (done) return this.#heldBytes === 0 ? "ended" : "cut-off";
      this.#held.push(value);
      this.#heldBytes += value.length;
    }
    this.#heldBytes -= length;
    this.offset += length;
    const [first] = this.#held;
    if (first && first.length >= length) {
      this.#held[0] = first.subarray(length);
      return first.subarray(0, length);
    }
    return this.#join(length);
  }

  #join(length: number): Uint8Array {
    const joined = new Uint8Array(length);
    let at = 0;
    let used = 0;
    for (const piece of this.#held) {
      const part = piece.subarray(0, length - at);
      joined.set(part, at);
      at += part.length;
      if (part.length < piece.length) {
        this.#held[used] = piece.subarray(part.length);
        break;
      }
      used++;
    }
    this.#held = this.#held.slice(used);
    return joined;
  }
}
