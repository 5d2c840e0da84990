/**
 * How many bytes the pictures of a relay hold together, and how many they may. When there is not enough, the room that holds most gives
 * its picture up, not the one that happens to need more. What can be composed again has a limit of its own, and is dropped first.
 */
import { CLOSE, ProtocolError } from "@screen-share/protocol";

export interface MemoryLimits {
  /** Pictures themselves, bytes. */
  readonly maxBytes: number;
  /** What is composed of them, bytes. */
  readonly maxComposedBytes: number;
}

/** What a picture does when it has to give memory back; both end with nothing of that kind held. */
export interface MemoryOwner {
  /** Forgets the picture, and puts its producer out. */
  evict(): void;
  /** Forgets what it has composed. */
  forgetComposed(): void;
}

export class PictureMemory {
  readonly #accounts = new Set<MemoryAccount>();
  #usedBytes = 0;
  #composedBytes = 0;

  /** @param reclaim lets go of the pictures that nobody needs */
  constructor(
    readonly limits: MemoryLimits,
    private readonly reclaim: () => void,
  ) {}

  get usedBytes(): number {
    return this.#usedBytes;
  }

  get composedBytes(): number {
    return this.#composedBytes;
  }

  open(owner: MemoryOwner): MemoryAccount {
    return new MemoryAccount(owner, {
      changed: (account, { usedBytes, composedBytes }) => {
        this.#usedBytes += usedBytes;
        this.#composedBytes += composedBytes;
        // The newest to compose goes to the end; an empty account is kept by its owner alone.
        if (composedBytes > 0) this.#accounts.delete(account);
        if (account.usedBytes > 0 || account.composedBytes > 0) this.#accounts.add(account);
        else this.#accounts.delete(account);
      },
      check: (needBytes) => this.#check(needBytes),
      makeRoom: (account, bytes) => this.#makeRoom(account, bytes),
    });
  }

  #check(needBytes: number): void {
    const { maxBytes } = this.limits;
    if (this.#usedBytes <= maxBytes) return;
    this.reclaim();
    const others = [...this.#accounts].sort((a, b) => b.usedBytes - a.usedBytes);
    for (const other of others) {
      if (this.#usedBytes <= maxBytes) return;
      if (other.usedBytes <= needBytes) break;
      other.owner.evict();
    }
    if (this.#usedBytes <= maxBytes) return;
    throw new ProtocolError("the relay has no memory left for this picture", CLOSE.full);
  }

  #makeRoom(account: MemoryAccount, bytes: number): boolean {
    const fits = () => this.#composedBytes + bytes <= this.limits.maxComposedBytes;
    for (const other of fits() ? [] : [...this.#accounts]) {
      if (other === account || other.composedBytes === 0) continue;
      // What is being composed is lost only to what is smaller.
      if (other.busy && other.composedBytes <= account.composedBytes + bytes) continue;
      other.owner.forgetComposed();
      if (fits()) break;
    }
    return fits();
  }
}

interface Ledger {
  changed(
    account: MemoryAccount,
    by: { readonly usedBytes: number; readonly composedBytes: number },
  ): void;
  check(needBytes: number): void;
  makeRoom(account: MemoryAccount, bytes: number): boolean;
}

/** What one picture holds. */
export class MemoryAccount {
  #usedBytes = 0;
  #composedBytes = 0;
  /** Whether something is being composed right now. */
  busy = false;

  constructor(
    readonly owner: MemoryOwner,
    private readonly ledger: Ledger,
  ) {}

  get usedBytes(): number {
    return this.#usedBytes;
  }

  get composedBytes(): number {
    return this.#composedBytes;
  }

  /** The picture has become larger or smaller. */
  use(bytes: number): void {
    const byBytes = bytes - this.#usedBytes;
    this.#usedBytes = bytes;
    this.ledger.changed(this, { usedBytes: byBytes, composedBytes: 0 });
  }

  /**
   * If there is too much, the largest other pictures are evicted, as far as they are larger than what this one needs.
   * @throws ProtocolError (4429) if there is too much all the same
   */
  check(needBytes: number): void {
    this.ledger.check(needBytes);
  }

  /** Reserves bytes for what is composed. @returns false if there is no room, and nothing was reserved */
  compose(bytes: number): boolean {
    if (!this.ledger.makeRoom(this, bytes)) return false;
    this.#composedBytes += bytes;
    this.ledger.changed(this, { usedBytes: 0, composedBytes: bytes });
    return true;
  }

  /** Gives reserved bytes back. */
  release(bytes: number): void {
    this.#composedBytes -= bytes;
    this.ledger.changed(this, { usedBytes: 0, composedBytes: -bytes });
  }
}
