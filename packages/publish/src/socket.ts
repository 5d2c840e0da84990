/** The port to sockets: one connection to a relay, as the publisher uses it. */

/** After `closed`, or once it was closed from here, nothing can be sent. */
export interface RelaySocket {
  /** Sends text or bytes. Returns whether they were accepted; the bytes must not be changed afterwards. */
  send(message: string | Uint8Array): boolean;
  /** Requests a sign of life. */
  ping(): void;
  /** @param reason at most 123 bytes of UTF-8 */
  close(code: number, reason: string): void;
  /** Ends it at once, without a close frame. */
  terminate(): void;
}

export interface RelaySocketEvents {
  opened(): void;
  text(message: string): void;
  binary(message: Uint8Array): void;
  /** Anything at all came from the other side. */
  alive(): void;
  /** Called once, whether it was ever open or not. */
  closed(how: SocketClosed): void;
}

export interface SocketClosed {
  readonly code: number;
  /** What the other side sent beside the code. */
  readonly reason: string;
  /** What went wrong below the protocol, in plain words. */
  readonly error: string | undefined;
}

/** Opens a socket. All that happens to it is reported by `events`, never before this returns. */
export type OpenSocket = (
  options: { readonly url: string; readonly token: string | undefined },
  events: RelaySocketEvents,
) => RelaySocket;
