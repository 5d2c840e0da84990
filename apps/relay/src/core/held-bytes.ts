/**
 * How many bytes the relay holds for all clients together that their sockets have not taken, and how many it may. What several clients are
 * sent is held, and counted, once. When there is too much, the client for which most is held is cut off.
 */

/** A client for which bytes may be held. */
export interface Holder {
  /** Cuts the client off. It does not read, so it cannot be told why. May call `release`, but not `hold`. */
  cutOff(): void;
}

export interface Held {
  /** What is held for this client alone, bytes. */
  readonly ownBytes: number;
  /** A message of which its socket has not taken all, and which may be shared with other clients. */
  readonly shared?: Uint8Array | undefined;
}

const NOTHING: Held = { ownBytes: 0 };

export class HeldBytes {
  readonly #held = new Map<Holder, Held>();
  /** How many clients each shared message is held for. */
  readonly #sharers = new Map<Uint8Array, number>();
  #usedBytes = 0;

  /** @param cutOff called for each client that is cut off */
  constructor(
    private readonly maxBytes: number,
    private readonly cutOff: () => void,
  ) {}

  get usedBytes(): number {
    return this.#usedBytes;
  }

  /** From now on this is held for a client, and nothing else. The client itself may be cut off by it. */
  hold(holder: Holder, held: Held): void {
    this.#replace(holder, held);
    while (this.#usedBytes > this.maxBytes) {
      const most = this.#holdsMost();
      if (!most) return;
      this.release(most);
      this.cutOff();
      most.cutOff();
    }
  }

  /** Nothing is held for it any more. */
  release(holder: Holder): void {
    this.#replace(holder, NOTHING);
  }

  #replace(holder: Holder, next: Held): void {
    const last = this.#held.get(holder) ?? NOTHING;
    if (last.ownBytes === next.ownBytes && last.shared === next.shared) return;
    this.#usedBytes += next.ownBytes - last.ownBytes;
    if (last.shared !== next.shared) {
      if (next.shared) this.#share(next.shared, 1);
      if (last.shared) this.#share(last.shared, -1);
    }
    if (next.ownBytes > 0 || next.shared) this.#held.set(holder, next);
    else this.#held.delete(holder);
  }

  #share(message: Uint8Array, by: 1 | -1): void {
    const before = this.#sharers.get(message) ?? 0;
    if (before + by > 0) this.#sharers.set(message, before + by);
    else this.#sharers.delete(message);
    if (before === 0) this.#usedBytes += message.length;
    if (before + by === 0) this.#usedBytes -= message.length;
  }

  #holdsMost(): Holder | undefined {
    let most: Holder | undefined;
    let mostBytes = 0;
    for (const [holder, { ownBytes, shared }] of this.#held) {
      const part = shared ? shared.length / (this.#sharers.get(shared) ?? 1) : 0;
      if (ownBytes + part <= mostBytes) continue;
      most = holder;
      mostBytes = ownBytes + part;
    }
    return most;
  }
}
