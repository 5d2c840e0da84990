import type { SendOutcome } from "@screen-share/protocol";

/** The port to one WebSocket: all that a session may do to it. */
export interface Peer {
  /**
   * Hands a message over. Bytes are never changed by the peer, nor by the caller afterwards: it may keep them until it has drained.
   * @returns "sent" if the socket took it, "buffered" if it took it and is now behind, "dropped" if it did not take
   *   it: nothing was sent, and `drained` will be called when trying again makes sense
   */
  send(message: Uint8Array | string): SendOutcome;
  /** What it holds that its socket has not taken, bytes. */
  readonly heldBytes: number;
  /** Asks for a pong with this payload, at most 125 bytes. */
  ping(payload: string): SendOutcome;
  /** Says why, then closes. The session's `ended` follows. */
  close(code: number, reason: string): void;
}

/** One connection, as its socket sees it. Nothing here throws for what a peer does. */
export interface Session {
  /** A whole message came. Bytes are the socket's own and gone after the call. */
  receive(message: Uint8Array | string, now: number): void;
  /** A pong came. */
  ponged(payload: string, now: number): void;
  /** The socket has sent all that it held back. */
  drained(now: number): void;
  /** Time has passed; called about once a second. */
  tick(now: number): void;
  /** The socket is closed, by whichever side. Called once. */
  ended(now: number): void;
  /** For the log: what became of the connection. */
  readonly summary: Readonly<Record<string, unknown>>;
}
