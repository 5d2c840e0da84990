import type { SendOutcome } from "@screen-share/protocol";

/** The port to one WebSocket. */
export interface Peer {
  /**
   * Sends a message. Its bytes must not be changed: the peer may keep them until it has drained.
   * @returns "dropped" if nothing was sent; `drained` is called when it makes sense to try again
   */
  send(message: Uint8Array | string): SendOutcome;
  /** Bytes that the socket has not accepted yet. */
  readonly heldBytes: number;
  /** Requests a pong with this payload, at most 125 bytes. */
  ping(payload: string): SendOutcome;
  /** Closes the connection with a code and a reason. The session's `ended` follows. */
  close(code: number, reason: string): void;
}

/** One admitted connection, as its socket sees it. Nothing that a client sends makes these calls throw. */
export interface Session {
  /** A whole message arrived. Bytes belong to the socket and are invalid after the call. */
  receive(message: Uint8Array | string, now: number): void;
  /** A pong arrived. */
  ponged(payload: string, now: number): void;
  /** The socket has sent everything that it had buffered. */
  drained(now: number): void;
  /** Called about once a second. */
  tick(now: number): void;
  /** The socket is closed, by either side. Called once. */
  ended(now: number): void;
  /** Fields for the log line about the end of the connection. */
  readonly summary: Readonly<Record<string, unknown>>;
}
