/** What a line needs of the program around it: a socket, time and randomness. */

export interface Timing {
  /** Our clock, ms. */
  now(): number;
  /** Uniform in [0, 1). */
  random(): number;
  /** Runs once, after about this many ms. @returns what cancels it */
  after(delayMs: number, run: () => void): () => void;
}

export interface Socket {
  /** Whether it was accepted. Bytes may not be changed afterwards. */
  send(message: string | Uint8Array<ArrayBuffer>): boolean;
  /** @param code 1000 or 3000–4999, as browsers allow. @param reason at most 123 ASCII characters */
  close(code: number, reason: string): void;
}

export interface SocketEvents {
  opened(): void;
  message(data: string | Uint8Array): void;
  /** A sign of life below the messages, such as a ping frame. */
  alive(): void;
  /** Once, and last, whether it was ever open or not. */
  closed(how: Closed): void;
}

export interface Closed {
  /** RFC 6455 §7.1.5; 1006 if the connection was lost or never made. */
  readonly code: number;
  /** The other side's text for people; "" if it gave none. */
  readonly reason: string;
  /** What went wrong below the protocol, in plain words. */
  readonly error?: string | undefined;
}

/** Begins to connect; undefined if that is refused at once. Events come later, never before this returns. */
export type OpenSocket = (events: SocketEvents) => Socket | undefined;
