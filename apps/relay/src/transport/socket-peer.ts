/**
 * A WebSocket as a session's peer: it may be closed at any time, and then refuses in silence. A large message is handed to the library in
 * fragments, as the socket takes them, so that one buffer serves all clients that are sent it.
 */
import { CLOSE, type SendOutcome } from "@screen-share/protocol";
import type { HeldBytes, Holder } from "../core/held-bytes.ts";
import type { Peer } from "../core/peer.ts";

/** What it needs of a library's socket. Results are indices of `OUTCOMES`. */
export interface Socket {
  send(message: Uint8Array | string, isBinary: boolean, compress: boolean): number;
  /** Sends a part of a binary message; control frames may come between. */
  sendFragment(fragment: Uint8Array, place: FragmentPlace): number;
  ping(payload: string): number;
  getBufferedAmount(): number;
  end(code: number, reason: string): void;
  /** Breaks the connection off at once, and forgets what it holds. Reports its end as usual. */
  drop(): void;
}

export type FragmentPlace = "first" | "middle" | "last";

/** A longer message is sent in fragments, bytes: the library copies what its socket does not take. */
const MAX_UNFRAGMENTED_BYTES = 512 * 1024;
const FRAGMENT_BYTES = 64 * 1024;

const OUTCOMES: readonly SendOutcome[] = ["buffered", "sent", "dropped"];

interface SocketPeerOptions {
  /** Called with the bytes of every message that was taken. */
  readonly delivered: (bytes: number) => void;
  readonly held: HeldBytes;
}

export class SocketPeer implements Peer, Holder {
  #open = true;
  #closedWith: number | undefined;
  #closedReason = "";
  /** The library forgot the socket: touching it again would throw. */
  #gone = false;
  /** The message that is being sent in fragments, and how much of it the library has. */
  #rest: { readonly message: Uint8Array; at: number } | undefined;
  /** A call of the library is on the stack: its socket must not be dropped meanwhile. */
  #calling = false;

  constructor(
    private readonly socket: Socket,
    private readonly options: SocketPeerOptions,
  ) {}

  send(message: Uint8Array | string): SendOutcome {
    if (!this.#open || this.#rest) return "dropped";
    const outcome = this.#call(() => this.#send(message));
    // Text is ASCII but for names, which nobody bills.
    if (outcome !== "dropped") this.options.delivered(message.length);
    return outcome;
  }

  ping(payload: string): SendOutcome {
    if (!this.#open) return "dropped";
    return this.#call(() => outcomeOf(this.socket.ping(payload)));
  }

  /** The socket has sent what it held. @returns whether that was all of the last message */
  drained(): boolean {
    if (this.#rest && this.#open) this.#call(() => this.#sendRest());
    if (this.#rest || this.heldBytes > 0) return false;
    this.options.held.release(this);
    return true;
  }

  get heldBytes(): number {
    return this.#gone ? 0 : this.socket.getBufferedAmount();
  }

  /** Whether the socket is no more. */
  get gone(): boolean {
    return this.#gone;
  }

  /** The code that it was closed with from our side. Undefined if the client closed it. */
  get closedWith(): number | undefined {
    return this.#closedWith;
  }

  /** The reason that goes with it. */
  get closedReason(): string {
    return this.#closedReason;
  }

  close(code: number, reason: string): void {
    if (!this.#open) return;
    this.breaking(code, reason);
    // Not within the caller's own call: the socket reports its end at once.
    queueMicrotask(() => {
      if (!this.#gone) this.socket.end(code, fitReason(reason));
    });
  }

  /** Too much is held for clients that do not read, and most of it for this one. */
  cutOff(): void {
    this.breaking(CLOSE.full, "too much is held for it");
    this.#rest = undefined;
    const drop = () => {
      if (!this.#gone) this.socket.drop();
    };
    if (this.#calling) queueMicrotask(drop);
    else drop();
  }

  /** From now on nothing is sent; the code and the reason are for the log. */
  breaking(code: number, reason: string): void {
    if (!this.#open) return;
    this.#open = false;
    this.#closedWith = code;
    this.#closedReason = fitReason(reason);
  }

  /** The socket is no more. */
  lost(): void {
    this.#open = false;
    this.#gone = true;
    this.#rest = undefined;
    this.options.held.release(this);
  }

  #send(message: Uint8Array | string): SendOutcome {
    const isBinary = typeof message !== "string";
    if (!isBinary || message.length <= MAX_UNFRAGMENTED_BYTES) {
      return outcomeOf(this.socket.send(message, isBinary, false));
    }
    this.#rest = { message, at: 0 };
    return this.#sendRest();
  }

  #sendRest(): SendOutcome {
    let outcome: SendOutcome = "sent";
    while (this.#rest && outcome === "sent") {
      const { message, at } = this.#rest;
      const fragment = message.subarray(at, at + FRAGMENT_BYTES);
      const isLast = at + fragment.length === message.length;
      outcome = outcomeOf(
        this.socket.sendFragment(fragment, at === 0 ? "first" : isLast ? "last" : "middle"),
      );
      this.#rest.at += fragment.length;
      if (isLast) this.#rest = undefined;
    }
    return outcome;
  }

  /** Calls the library, and accounts for what it holds afterwards. */
  #call(call: () => SendOutcome): SendOutcome {
    this.#calling = true;
    const outcome = call();
    const shared = this.#rest?.message;
    if (outcome === "buffered" || shared) {
      this.options.held.hold(this, { ownBytes: this.heldBytes, shared });
    }
    this.#calling = false;
    return outcome;
  }
}

/** A close frame has room for so many bytes of reason (RFC 6455 §5.5). */
const MAX_REASON_BYTES = 123;

/** The beginning of a reason that fits into a close frame. A character is never cut: a browser would refuse the whole frame. */
function fitReason(reason: string): string {
  const { read } = new TextEncoder().encodeInto(reason, new Uint8Array(MAX_REASON_BYTES));
  return reason.slice(0, read);
}

function outcomeOf(result: number): SendOutcome {
  return OUTCOMES[result] ?? "dropped";
}
