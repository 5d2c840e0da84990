/**
 * Keeps short what waits for one connection. A socket that is behind is given nothing more until it has caught up, whatever its client claims to have
 * received, so at most one picture is ever held for a connection. Messages that replace one another wait here, the newest of each slot.
 */

/** "sent": accepted. "buffered": accepted, and the socket is now behind. "dropped": nothing was sent. */
export type SendOutcome = "sent" | "buffered" | "dropped";

/** The part of a socket that an outbox needs. It reports when it has sent everything it held. */
export interface Outlet {
  send(message: Uint8Array | string): SendOutcome;
  /** Sends a ping frame with this payload, at most 125 bytes (RFC 6455 §5.5.2). */
  ping(payload: string): SendOutcome;
  /** Bytes that the socket has not taken yet. */
  readonly heldBytes: number;
}

/** A message, or the payload of a ping frame. */
export type Outgoing = Uint8Array | string | { readonly ping: string };

export class Outbox<Slot extends string = never> {
  #behind = false;
  #mostHeldBytes = 0;
  #waiting: Map<Slot, Outgoing> | undefined;

  constructor(private readonly outlet: Outlet) {}

  /** The most bytes that were ever held for this connection. */
  get mostHeldBytes(): number {
    return this.#mostHeldBytes;
  }

  /** Returns whether the socket took it. If not, try again after `drained`. */
  send(message: Outgoing): boolean {
    if (this.#behind) return false;
    const isPing = typeof message === "object" && "ping" in message;
    const outcome = isPing ? this.outlet.ping(message.ping) : this.outlet.send(message);
    if (outcome === "sent") return true;
    this.#behind = true;
    if (outcome === "dropped") return false;
    this.#mostHeldBytes = Math.max(this.#mostHeldBytes, this.outlet.heldBytes);
    return true;
  }

  /** Sends a message now or once the socket can take it, unless a newer one of its slot has replaced it by then. */
  latest(slot: Slot, message: Outgoing): void {
    this.#waiting?.delete(slot);
    if (this.send(message)) return;
    this.#waiting ??= new Map();
    this.#waiting.set(slot, message);
  }

  /** The socket has sent everything it held: sends what was waiting for that. */
  drained(): void {
    this.#behind = false;
    for (const [slot, message] of this.#waiting ?? []) {
      if (!this.send(message)) return;
      this.#waiting?.delete(slot);
    }
  }
}
