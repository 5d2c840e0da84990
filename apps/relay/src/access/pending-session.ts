/** A connection before it joins a room: a v1 client sends hello, its token is verified, and its place is claimed. Then its session begins. */
import {
  CLOSE,
  HELLO_TIMEOUT_MS,
  ProtocolError,
  parseProducerMessage,
  parseViewerMessage,
  type Role,
  type ViewerMessage,
} from "@screen-share/protocol";
import type { Claim } from "../core/directory.ts";
import type { Grant } from "../core/grant.ts";
import type { Peer, Session } from "../core/peer.ts";
import type { ProducerHello } from "../core/producer-session.ts";
import { closePeer, protocolErrorOf } from "../core/refusal.ts";

/** Which room a client wants to join. */
export interface JoinRequest {
  readonly room: string;
  /** Undefined for plain clients. */
  readonly hello: ProducerHello | Extract<ViewerMessage, { type: "hello" }> | undefined;
}

/** What admission has granted a client. */
export interface Admitted {
  readonly grant: Grant;
  /** The place of a producer. Undefined for viewers. */
  readonly claim: Claim | undefined;
}

interface Parts {
  readonly role: Role;
  readonly peer: Peer;
  /** Bytes or UTF-16 units. */
  readonly maxMessageLength: number;
  /** Verifies the token and claims the place; returns a promise only if that takes time. @throws ProtocolError */
  readonly admit: (request: JoinRequest) => Admitted | Promise<Admitted>;
  readonly pace: (task: () => void) => void;
  /** Creates the session, which joins its room. @throws ProtocolError if the room has no place */
  readonly create: (request: JoinRequest, admitted: Admitted) => Session;
  /** Called when hello arrives, and when the connection ends before its session exists. */
  readonly greeted: () => void;
}

type State =
  | { readonly state: "greeting"; readonly openedAt: number }
  | { readonly state: "verifying"; newest?: { readonly message: Uint8Array | string; now: number } }
  | { readonly state: "admitted"; readonly session: Session }
  | { readonly state: "ended" };

export class PendingSession implements Session {
  #state: State;
  readonly #plain: boolean;

  constructor(
    private readonly parts: Parts,
    options: { readonly plain: boolean; readonly now: number },
  ) {
    this.#plain = options.plain;
    this.#state = { state: "greeting", openedAt: options.now };
  }

  get summary(): Readonly<Record<string, unknown>> {
    if (this.#state.state === "admitted") return this.#state.session.summary;
    return { kind: this.#plain ? `plain ${this.parts.role}` : this.parts.role };
  }

  /** Verifies the token and, if it is valid, creates the session. Called from outside only for plain clients. */
  begin(request: JoinRequest): void {
    this.#state = { state: "verifying" };
    const { admit, pace } = this.parts;
    const refuse = (error: unknown) => this.refuse(protocolErrorOf(error));
    try {
      const admitted = admit(request);
      if (admitted instanceof Promise) {
        void admitted.then((soon) => pace(() => this.#admitted(request, soon)), refuse);
      } else this.#admitted(request, admitted);
    } catch (error) {
      refuse(error);
    }
  }

  /** Closes the connection, unless its session exists already. */
  refuse(why: ProtocolError): void {
    if (this.#state.state === "ended" || this.#state.state === "admitted") return;
    this.#end();
    closePeer(this.parts.peer, why, { plain: this.#plain });
  }

  receive(message: Uint8Array | string, now: number): void {
    switch (this.#state.state) {
      case "greeting":
        this.#greet(message);
        break;
      case "verifying":
        // A plain producer's first picture may be its only one, so the newest message is kept.
        if (this.#plain) {
          const copy = typeof message === "string" ? message : message.slice();
          this.#state.newest = { message: copy, now };
        } else this.refuse(new ProtocolError("a message before the welcome"));
        break;
      case "admitted":
        this.#state.session.receive(message, now);
        break;
    }
  }

  ponged(payload: string, now: number): void {
    if (this.#state.state === "admitted") this.#state.session.ponged(payload, now);
  }

  drained(now: number): void {
    if (this.#state.state === "admitted") this.#state.session.drained(now);
  }

  tick(now: number): void {
    if (this.#state.state === "admitted") this.#state.session.tick(now);
    // Slow verification is not the client's fault.
    else if (this.#state.state === "greeting" && now - this.#state.openedAt >= HELLO_TIMEOUT_MS) {
      this.refuse(new ProtocolError("no hello within the time limit", CLOSE.silent));
    }
  }

  ended(now: number): void {
    if (this.#state.state === "admitted") this.#state.session.ended(now);
    else if (this.#state.state !== "ended") this.#end();
  }

  #greet(message: Uint8Array | string): void {
    const { role, maxMessageLength, greeted } = this.parts;
    try {
      if (message.length > maxMessageLength) {
        throw new ProtocolError(`a message has at most ${maxMessageLength} bytes`, CLOSE.tooLarge);
      }
      const parse = role === "viewer" ? parseViewerMessage : parseProducerMessage;
      const hello = typeof message === "string" ? parse(message) : undefined;
      if (hello?.type !== "hello") throw new ProtocolError("the first message must be hello");
      greeted();
      this.begin({ room: hello.room, hello });
    } catch (error) {
      this.refuse(protocolErrorOf(error));
    }
  }

  #admitted(request: JoinRequest, admitted: Admitted): void {
    if (this.#state.state !== "verifying") {
      admitted.claim?.release();
      return;
    }
    const { newest } = this.#state;
    try {
      const session = this.parts.create(request, admitted);
      this.#state = { state: "admitted", session };
    } catch (error) {
      admitted.claim?.release();
      this.refuse(protocolErrorOf(error));
    }
    if (newest) this.receive(newest.message, newest.now);
  }

  #end(): void {
    this.#state = { state: "ended" };
    this.parts.greeted();
  }
}
