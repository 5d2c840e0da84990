/**
 * Bounds the messages of producers that have arrived only in part, for uWebSockets.js, which assembles messages itself, and frees a part
 * only when the connection is closed without a handshake. So strangers have few places, since each may hold a whole message, and what all
 * others hold is estimated from the process's memory that is not otherwise accounted for.
 */
import { CLOSE, ProtocolError } from "@screen-share/protocol";
import type { PartialSender } from "./unfinished.ts";

/** How long a silent stranger may keep a place that others need, ms. */
const UNDISTURBED_MS = 1000;
/** How long after a closing handshake the library may still hold a part of a message, ms. */
const LINGERING_MS = 12_000;
/** A producer that finished a message this recently holds little, ms. */
const RECENT_MS = 250;
/** If memory is still short this long after the last producer was dropped, producers do not hold it, ms. */
const FUTILE_MS = 2000;
const TOO_MANY_SILENT = "too many connections have not sent hello";
/** The most strangers, however much memory there is. */
const MAX_STRANGERS = 64;

export interface LargeSender extends PartialSender {
  /** When its connection opened, or its last whole message arrived, ms. */
  readonly heardAt: number;
}

export class LargeMessages {
  readonly #senders = new Set<LargeSender>();
  readonly #maxStrangers: number;
  /** When strangers were closed with a handshake, ms; oldest first. */
  #lingering: number[] = [];
  /** Unaccounted memory that does not belong to unfinished messages, bytes. */
  #baselineBytes: number;
  #droppedAt = Number.NEGATIVE_INFINITY;
  #shortSince: number | undefined;
  #closing = false;

  /**
   * @param limits for all unfinished messages together, and the length of the longest
   * @param unaccountedBytes memory of the process that is not otherwise accounted for
   * @param heldBytes the part of it that waits for slow clients; called only when needed
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
  enter(sender: LargeSender, now: number): ProtocolError | undefined {
    if (this.#shortSince !== undefined) {
      return new ProtocolError("the relay is short of memory", CLOSE.full);
    }
    const strangers = [...this.#senders].filter(({ admitted }) => !admitted);
    if (strangers.length >= this.#maxStrangers) {
      const longest = strangers.find(({ heardAt }) => now - heardAt >= UNDISTURBED_MS);
      if (!longest) return new ProtocolError(TOO_MANY_SILENT, CLOSE.full);
      longest.drop();
    }
    this.#senders.add(sender);
    return undefined;
  }

  leave(sender: LargeSender): void {
    this.#senders.delete(sender);
  }

  /** Whether a connection may be closed with a handshake. Otherwise it must be dropped. */
  mayLinger(sender: LargeSender, now: number): boolean {
    if (this.#closing) return true;
    if (sender.admitted) return this.#shortSince === undefined;
    this.#lingering = this.#lingering.filter((at) => now - at < LINGERING_MS);
    if (this.#lingering.length >= this.#maxStrangers) return false;
    this.#lingering.push(now);
    return true;
  }

  /** The server is closing: every client gets its code. */
  closing(): void {
    this.#closing = true;
  }

  /** Compares memory with the limit. Called often while there are producers. */
  check(now: number): void {
    if (this.#senders.size === 0) {
      this.#shortSince = undefined;
      return;
    }
    let beyond = this.unaccountedBytes() - this.#baselineBytes;
    if (beyond > this.limits.maxBytes) beyond -= this.heldBytes();
    if (beyond <= this.limits.maxBytes) {
      this.#shortSince = undefined;
      // Allocators keep varying amounts of memory.
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
