/**
 * Bounds the bytes that the relay holds for all clients together because their sockets have not accepted them. A message that several clients are
 * sent is held, and counted, once. Above the bound the client with the most is cut off.
 */

export interface Holder {
  /** Drops the connection. The client is not reading, so it cannot be sent a reason. May call `release`, but not `hold`. */
  cutOff(): void;
}

export interface Held {
  /** Held for this client alone, bytes. */
  readonly ownBytes: number;
  /** A message that its socket has not accepted completely. Other clients may share it. */
  readonly shared?: Uint8Array | undefined;
}

const NOTHING: Held = { ownBytes: 0 };

export class HeldBytes {
  readonly #held = new Map<Holder, Held>();
  /** How many clients share each message. */
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

  /** Replaces what is held for a client. This may cut off clients, including this one. */
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
