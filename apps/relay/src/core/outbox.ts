/**
 * What a session sends through. A socket that is behind is given nothing more until it has caught up, whatever it is and whatever
 * its client claims to have received: so the most that is ever held for one connection is one picture.
 */
import type { Peer, SendOutcome } from "./peer.ts";

export class Outbox {
  #behind = false;
  #mostHeldBytes = 0;

  constructor(private readonly peer: Peer) {}

  /** @returns whether it was taken; if not, `drained` will be called when trying again makes sense */
  send(message: Uint8Array | string): boolean {
    return !this.#behind && this.#taken(this.peer.send(message));
  }

  /** Asks for a pong with this payload. @returns as `send` */
  ping(payload: string): boolean {
    return !this.#behind && this.#taken(this.peer.ping(payload));
  }

  /** The most that was ever held for this connection, bytes. */
  get mostHeldBytes(): number {
    return this.#mostHeldBytes;
  }

  /** The socket has sent all that it held. */
  drained(): void {
    this.#behind = false;
  }

  #taken(outcome: SendOutcome): boolean {
    this.#behind = outcome !== "sent";
    if (outcome === "buffered") {
      this.#mostHeldBytes = Math.max(this.#mostHeldBytes, this.peer.heldBytes);
    }
    return outcome !== "dropped";
  }
}
