/** A WebSocket as a session's peer: it may be closed at any time, and then refuses in silence. */
import type { Peer, SendOutcome } from "../core/peer.ts";

/** What it needs of a library's socket. Results are indices of `OUTCOMES`. */
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
      if (!this.#gone) this.socket.end(code, fitReason(reason));
    });
  }

  /** The socket is no more. */
  lost(): void {
    this.#open = false;
    this.#gone = true;
  }
}

/** A close frame has room for so many bytes of reason (RFC 6455 §5.5). */
const MAX_REASON_BYTES = 123;

/** The beginning of a reason that fits into a close frame. A character is never cut: a browser would refuse the whole frame. */
function fitReason(reason: string): string {
  const { read } = new TextEncoder().encodeInto(reason, new Uint8Array(MAX_REASON_BYTES));
  return reason.slice(0, read);
}
