/** A WebSocket as a session's peer: it may be closed at any time, and then refuses in silence. */
import type { Peer, SendOutcome } from "../core/peer.ts";

/** What of the library's socket it needs; results are numbers of `OUTCOMES`. */
export interface Socket {
  send(message: Uint8Array | string, isBinary: boolean, compress: boolean): number;
  ping(payload: string): number;
  getBufferedAmount(): number;
  end(code: number, reason: string): void;
}

const OUTCOMES: readonly SendOutcome[] = ["buffered", "sent", "dropped"];

export class SocketPeer implements Peer {
  #open = true;
  #closedWith: number | undefined;
  /** The library forgot the socket: touching it again would throw. */
  #gone = false;

  /** @param delivered told of every message that was taken, bytes */
  constructor(
    private readonly socket: Socket,
    private readonly delivered: (bytes: number) => void,
  ) {}

  send(message: Uint8Array | string): SendOutcome {
    if (!this.#open) return "dropped";
    const isBinary = typeof message !== "string";
    const outcome = OUTCOMES[this.socket.send(message, isBinary, false)] ?? "dropped";
    // Text is ASCII but for names, which nobody bills.
    if (outcome !== "dropped") this.delivered(message.length);
    return outcome;
  }

  get heldBytes(): number {
    return this.#gone ? 0 : this.socket.getBufferedAmount();
  }

  ping(payload: string): SendOutcome {
    if (!this.#open) return "dropped";
    return OUTCOMES[this.socket.ping(payload)] ?? "dropped";
  }

  /** The code that it was closed with from our side; undefined if it was not, and the code that came is the client's own. */
  get closedWith(): number | undefined {
    return this.#closedWith;
  }

  close(code: number, reason: string): void {
    if (!this.#open) return;
    this.#open = false;
    this.#closedWith = code;
    // Not within the caller's own call: the socket reports its end at once.
    queueMicrotask(() => {
      if (!this.#gone) this.socket.end(code, reason.slice(0, 120));
    });
  }

  /** The socket is no more. */
  lost(): void {
    this.#open = false;
    this.#gone = true;
  }
}
