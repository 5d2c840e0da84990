/**
 * A WebSocket as a session's peer. After it is closed, by either side, it silently refuses to send. A large message is handed to the library
 * in fragments, as the socket takes them, so that all clients that are sent it share one buffer.
 */
import { CLOSE, type SendOutcome } from "@screen-share/protocol";
import type { HeldBytes, Holder } from "../core/held-bytes.ts";
import type { Peer } from "../core/peer.ts";

/** What a peer needs of a library's socket. Results are indices of `OUTCOMES`. */
export interface LibrarySocket {
  send(message: Uint8Array | string, isBinary: boolean, compress: boolean): number;
  /** Sends a part of a binary message. Control frames may come in between. */
  sendFragment(fragment: Uint8Array, place: FragmentPlace): number;
  ping(payload: string): number;
  getBufferedAmount(): number;
  end(code: number, reason: string): void;
  /** Drops the connection at once, with all that is buffered for it. Reports its end as usual. */
  drop(): void;
}

export type FragmentPlace = "first" | "middle" | "last";

/** A longer message is sent in fragments, bytes: the library copies what its socket does not take. */
const MAX_UNFRAGMENTED_BYTES = 512 * 1024;
const FRAGMENT_BYTES = 64 * 1024;

/** The most bytes of reason that a close frame can carry (RFC 6455 §5.5). */
export const MAX_REASON_BYTES = 123;

const OUTCOMES: readonly SendOutcome[] = ["buffered", "sent", "dropped"];

export class SocketPeer implements Peer, Holder {
  #open = true;
  #closedWith: { readonly code: number; readonly reason: string } | undefined;
  /** The library has freed the socket: touching it again would throw. */
  #gone = false;
  /** The message that is being sent in fragments, and how much of it the library has. */
  #rest: { readonly message: Uint8Array; at: number } | undefined;
  /** A call into the library is on the stack, during which its socket must not be dropped. */
  #calling = false;

  /** @param delivered called with the bytes of every message that was taken */
  constructor(
    private readonly socket: LibrarySocket,
    private readonly held: HeldBytes,
    private readonly delivered?: (bytes: number) => void,
  ) {}

  send(message: Uint8Array | string): SendOutcome {
    if (!this.#open || this.#rest) return "dropped";
    this.#calling = true;
    const outcome = this.#called(this.#send(message));
    // Text is ASCII, except for names.
    if (outcome !== "dropped") this.delivered?.(message.length);
    return outcome;
  }

  ping(payload: string): SendOutcome {
    if (!this.#open) return "dropped";
    this.#calling = true;
    return this.#called(outcomeOf(this.socket.ping(payload)));
  }

  /** The socket has sent everything that it had buffered. @returns whether that was the end of the last message */
  drained(): boolean {
    if (this.#rest && this.#open) {
      this.#calling = true;
      this.#called(this.#sendRest());
    }
    if (this.#rest || this.heldBytes > 0) return false;
    this.held.release(this);
    return true;
  }

  get heldBytes(): number {
    return this.#gone ? 0 : this.socket.getBufferedAmount();
  }

  /** Whether the library has freed the socket. */
  get gone(): boolean {
    return this.#gone;
  }

  /** How the relay closed it. Undefined if it did not. */
  get closedWith(): { readonly code: number; readonly reason: string } | undefined {
    return this.#closedWith;
  }

  close(code: number, reason: string): void {
    if (!this.#open) return;
    this.breaking(code, reason);
    // Not within the caller's own call: the socket reports its end at once.
    queueMicrotask(() => {
      if (!this.#gone) this.socket.end(code, fitReason(reason));
    });
  }

  cutOff(): void {
    this.breaking(CLOSE.full, "too much is buffered for this client");
    this.#rest = undefined;
    const drop = () => {
      if (!this.#gone) this.socket.drop();
    };
    if (this.#calling) queueMicrotask(drop);
    else drop();
  }

  /** From now on nothing is sent. The code and the reason are for the log. */
  breaking(code: number, reason: string): void {
    if (!this.#open) return;
    this.#open = false;
    this.#closedWith = { code, reason: fitReason(reason) };
  }

  /** The library has freed the socket. */
  lost(): void {
    this.#open = false;
    this.#gone = true;
    this.#rest = undefined;
    this.held.release(this);
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

  /** The library was called: accounts for what it holds now. */
  #called(outcome: SendOutcome): SendOutcome {
    const shared = this.#rest?.message;
    if (outcome === "buffered" || shared) {
      this.held.hold(this, { ownBytes: this.heldBytes, shared });
    }
    this.#calling = false;
    return outcome;
  }
}

/** The beginning of a reason that fits into a close frame. A character is never cut, since a browser would refuse the whole frame. */
function fitReason(reason: string): string {
  const { read } = new TextEncoder().encodeInto(reason, new Uint8Array(MAX_REASON_BYTES));
  return reason.slice(0, read);
}

function outcomeOf(result: number): SendOutcome {
  return OUTCOMES[result] ?? "dropped";
}
