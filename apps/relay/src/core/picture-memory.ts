/**
 * Bounds the bytes that all pictures of a relay hold together. When they exceed the limit, the room that holds the most gives up its picture, not the
 * one that happens to need more. JPEGs composed from pictures have a limit of their own, and are dropped first.
 */
import { CLOSE, ProtocolError } from "@screen-share/protocol";

/** How a picture gives memory back. After either call it holds nothing of that kind. */
interface MemoryOwner {
  /** Forgets the picture and dismisses its producer. */
  evict(): void;
  /** Forgets what it has composed. */
  forgetComposed(): void;
}

export class PictureMemory {
  /** Accounts that are not empty; the one that composed last is last. */
  readonly #accounts = new Set<MemoryAccount>();
  #usedBytes = 0;
  #composedBytes = 0;

  /** @param limits for pictures, and for JPEGs composed from them, bytes. @param reclaim forgets unneeded pictures */
  constructor(
    private readonly limits: { readonly maxBytes: number; readonly maxComposedBytes: number },
    private readonly reclaim: () => void,
  ) {}

  get usedBytes(): number {
    return this.#usedBytes;
  }

  get composedBytes(): number {
    return this.#composedBytes;
  }

  open(owner: MemoryOwner): MemoryAccount {
    return new MemoryAccount(owner, this);
  }

  /** An account has changed by these amounts. */
  changed(account: MemoryAccount, usedBytes: number, composedBytes: number): void {
    this.#usedBytes += usedBytes;
    this.#composedBytes += composedBytes;
    if (composedBytes > 0) this.#accounts.delete(account);
    if (account.usedBytes > 0 || account.composedBytes > 0) this.#accounts.add(account);
    else this.#accounts.delete(account);
  }

  /** If pictures together are too large, evicts those larger than `needBytes`. @throws ProtocolError (4429) if still too large */
  check(needBytes: number): void {
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
    throw new ProtocolError("the relay has too little memory for this picture", CLOSE.full);
  }

  /** Makes room for composed bytes of an account, at the expense of others. @returns whether they fit */
  makeRoom(account: MemoryAccount, bytes: number): boolean {
    const fits = () => this.#composedBytes + bytes <= this.limits.maxComposedBytes;
    for (const other of fits() ? [] : [...this.#accounts]) {
      if (other === account || other.composedBytes === 0) continue;
      // A composition in progress is dropped only for a smaller one.
      if (other.busy && other.composedBytes <= account.composedBytes + bytes) continue;
      other.owner.forgetComposed();
      if (fits()) break;
    }
    return fits();
  }
}

/** What one picture holds. */
export class MemoryAccount {
  #usedBytes = 0;
  #composedBytes = 0;
  /** Whether a JPEG is being composed right now. */
  busy = false;

  constructor(
    readonly owner: MemoryOwner,
    private readonly memory: PictureMemory,
  ) {}

  get usedBytes(): number {
    return this.#usedBytes;
  }

  get composedBytes(): number {
    return this.#composedBytes;
  }

  /** Sets the size of the picture. */
  use(bytes: number): void {
    const byBytes = bytes - this.#usedBytes;
    this.#usedBytes = bytes;
    this.memory.changed(this, byBytes, 0);
  }

  /** Reserves bytes for a composed JPEG. @returns false if there is no room, and nothing was reserved */
  compose(bytes: number): boolean {
    if (!this.memory.makeRoom(this, bytes)) return false;
    this.#composedBytes += bytes;
    this.memory.changed(this, 0, bytes);
    return true;
  }

  /** Gives reserved bytes back. */
  release(bytes: number): void {
    this.#composedBytes -= bytes;
    this.memory.changed(this, 0, -bytes);
  }
}
