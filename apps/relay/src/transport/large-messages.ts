/**
 * Keeps the unfinished messages of producers within a limit where the library does not show them: uWebSockets.js puts a message
 * together by itself, and frees what it has of it only when the connection is closed without a handshake. So strangers have few
 * places, since each may hold a whole message; and what all others hold is estimated by the memory that the process has beyond what
 * is accounted for.
 */
import { CLOSE } from "@screen-share/protocol";

/** A stranger that is silent may keep its place for so long, if others want it, ms. */
const UNDISTURBED_MS = 1000;
/** So long after a handshake of closing the library may still hold what it had of a message, ms. */
const LINGERING_MS = 12_000;
/** A producer that has finished a message so recently holds little, ms. */
const RECENT_MS = 250;
/** If memory is still missing so long after the last producer was dropped, producers do not hold it, ms. */
const FUTILE_MS = 2000;
/** How many strangers there may be, however much memory there is. */
const MAX_STRANGERS = 64;

export interface LargeSender {
  readonly admitted: boolean;
  /** When its connection opened, or its last whole message arrived, ms. */
  readonly heardAt: number;
  /** Breaks the connection, which frees what it holds. */
  drop(): void;
}

/** Why a connection may not stay. */
export interface Refusal {
  readonly code: number;
  readonly reason: string;
}

export class LargeMessages {
  readonly #senders = new Set<LargeSender>();
  readonly #maxStrangers: number;
  /** When strangers were closed with a handshake, ms; the oldest first. */
  #lingering: number[] = [];
  /** Memory beyond the accounts that is not unfinished messages, bytes. */
  #baselineBytes: number;
  #droppedAt = Number.NEGATIVE_INFINITY;
  #shortSince: number | undefined;
  #closing = false;

  /**
   * @param limits.maxBytes of all unfinished messages
   * @param limits.messageBytes of the longest one
   * @param unaccountedBytes the memory that the process has beyond its accounts
   * @param heldBytes the part of it that waits for slow clients; asked only when it matters
   */
  constructor(
    private readonly limits: { readonly maxBytes: number; readonly messageBytes: number },
    private readonly unaccountedBytes: () => number,
    private readonly heldBytes: () => number,
  ) {
    const places = Math.floor(limits.maxBytes / limits.messageBytes);
    this.#maxStrangers = Math.min(MAX_STRANGERS, Math.max(1, places));
    this.#baselineBytes = unaccountedBytes();
  }

  /** A connection has opened. @returns why it may not stay, if it may not */
  enter(sender: LargeSender, now: number): Refusal | undefined {
    if (this.#shortSince !== undefined) {
      return { code: CLOSE.full, reason: "the relay is short of memory" };
    }
    const strangers = [...this.#senders].filter(({ admitted }) => !admitted);
    if (strangers.length >= this.#maxStrangers) {
      const longest = strangers.find(({ heardAt }) => now - heardAt >= UNDISTURBED_MS);
      if (!longest) return { code: CLOSE.full, reason: "too many connections have not said hello" };
      longest.drop();
    }
    this.#senders.add(sender);
    return undefined;
  }

  /** A connection has ended. */
  leave(sender: LargeSender): void {
    this.#senders.delete(sender);
  }

  /** Whether a connection may be closed with a handshake. If not, it must be dropped. */
  mayLinger(sender: LargeSender, now: number): boolean {
    if (this.#closing) return true;
    if (sender.admitted) return this.#shortSince === undefined;
    this.#lingering = this.#lingering.filter((at) => now - at < LINGERING_MS);
    if (this.#lingering.length >= this.#maxStrangers) return false;
    this.#lingering.push(now);
    return true;
  }

  /** The server closes: every client gets its code. */
  closing(): void {
    this.#closing = true;
  }

  /** Compares memory with the limit; called often while there are producers. */
  check(now: number): void {
    if (this.#senders.size === 0) {
      this.#shortSince = undefined;
      return;
    }
    let beyond = this.unaccountedBytes() - this.#baselineBytes;
    if (beyond > this.limits.maxBytes) beyond -= this.heldBytes();
    if (beyond <= this.limits.maxBytes) {
      this.#shortSince = undefined;
      // What allocators keep for a while comes and goes.
      if (beyond < 0) this.#baselineBytes += beyond;
      return;
    }
    this.#shortSince ??= now;
    const longest = [...this.#senders]
      .filter(({ heardAt }) => now - heardAt >= RECENT_MS)
      .sort((a, b) => Number(a.admitted) - Number(b.admitted) || a.heardAt - b.heardAt)
      .slice(0, Math.ceil(this.#senders.size / 4));
    for (const sender of longest) sender.drop();
    if (longest.length > 0) this.#droppedAt = now;
    else if (now - Math.max(this.#droppedAt, this.#shortSince) >= FUTILE_MS) {
      this.#baselineBytes += beyond;
      this.#shortSince = undefined;
    }
  }
}
