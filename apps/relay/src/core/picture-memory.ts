/** How many bytes all pictures of a relay hold together, and how many they may. */
import { CLOSE, ProtocolError } from "@screen-share/protocol";

export class PictureMemory {
  #usedBytes = 0;

  /** @param reclaim lets go of what nobody needs, by calling `resized` for it */
  constructor(
    private readonly maxBytes: number,
    private readonly reclaim: () => void,
  ) {}

  get usedBytes(): number {
    return this.#usedBytes;
  }

  /** A picture has become larger or smaller. */
  resized(byBytes: number): void {
    this.#usedBytes += byBytes;
  }

  /** @throws ProtocolError (4429) if there is too much, even without what nobody needs */
  check(): void {
    if (this.#usedBytes <= this.maxBytes) return;
    this.reclaim();
    if (this.#usedBytes <= this.maxBytes) return;
    throw new ProtocolError("the relay has no memory left for this picture", CLOSE.full);
  }
}
