/** The open WebSockets of a server, and the rules that hold for them with either library. */
import { CLOSE, plainText } from "@screen-share/protocol";
import { Bucket } from "../core/bucket.ts";
import type { Session } from "../core/peer.ts";
import { type Socket, SocketPeer } from "./socket-peer.ts";
import type { Connection, ServerOptions } from "./transport.ts";

/**
 * Frames of a client, of any kind: a burst, and a rate in the long run. No honest client comes near it, and without it thousands of
 * tiny frames, which cost their sender nothing, would delay every other connection. A plain producer may be as fast as it likes,
 * within reason: only its newest picture is shown. A ping counts for more, since it is answered.
 */
const FRAMES = {
  producer: { capacity: 10_000, perSecond: 2000 },
  viewer: { capacity: 1000, perSecond: 1000 },
} as const;
const FRAME_COSTS = { message: 1, pong: 10, ping: 20 } as const;

/** Answers to pings that a client has not read: beyond this it is one that never reads. */
const MAX_UNREAD_ANSWER_BYTES = 16 * 1024;
/** The head of a frame of the server (RFC 6455 §5.2). */
const FRAME_HEAD_BYTES = 4;

/** A close frame has room for so many bytes of reason (RFC 6455 §5.5). */
const MAX_REASON_BYTES = 123;

export class Links {
  readonly #links = new Set<Link>();

  constructor(private readonly options: ServerOptions) {}

  /** A WebSocket has opened. */
  open(connection: Connection, socket: Socket): Link {
    const link = new Link(connection, socket, this.options, () => this.#links.delete(link));
    this.#links.add(link);
    return link;
  }

  tick(): void {
    // A thousand clients that have fallen silent at the same moment are closed at the same moment.
    for (const link of this.#links) this.options.pace(() => link.tick());
  }

  /** What all sockets hold that their clients have not taken, bytes. */
  get heldBytes(): number {
    let bytes = 0;
    for (const { peer } of this.#links) bytes += peer.heldBytes;
    return bytes;
  }

  /** Closes all of them. */
  close(code: number, reason: string): void {
    for (const { peer } of this.#links) peer.close(code, reason);
  }
}

/** What a library reports of an open WebSocket. */
export interface SocketEvents {
  /** A whole message has arrived. Its bytes may be reused after the call. */
  received(bytes: Uint8Array, isBinary: boolean): void;
  /** A ping has arrived. @returns whether it may be answered, with as many bytes */
  pinged(payloadBytes: number): boolean;
  ponged(payload: string): void;
  /** The socket has sent all that it held. */
  drained(): void;
  /** The socket is closed. Called once. */
  closed(code: number, reason: string): void;
  /** Whether its client has shown that it may be here. */
  readonly admitted: boolean;
  /** The connection is about to be broken by us, without a word to the client. */
  breaking(code: number, reason: string): void;
}

/** One open WebSocket: what its socket reports goes to its session. */
class Link implements SocketEvents {
  readonly peer: SocketPeer;
  readonly #session: Session;
  readonly #frames: Bucket;
  #unreadAnswerBytes = 0;

  constructor(
    private readonly connection: Connection,
    socket: Socket,
    private readonly options: ServerOptions,
    private readonly forget: () => void,
  ) {
    const { role } = connection;
    const { traffic, held } = options;
    const delivered = (bytes: number) => traffic?.delivered(role, bytes);
    this.peer = new SocketPeer(socket, { delivered, held });
    this.#frames = new Bucket(FRAMES[role], options.now());
    this.#session = options.connect(connection, this.peer);
  }

  tick(): void {
    this.#session.tick(this.options.now());
  }

  received(bytes: Uint8Array, isBinary: boolean): void {
    const now = this.options.now();
    this.options.traffic?.received(this.connection.role, bytes.length);
    if (!this.#mayGoOn("message", now)) return;
    this.#session.receive(isBinary ? bytes : Buffer.from(bytes).toString(), now);
  }

  get admitted(): boolean {
    return this.options.admitted(this.#session);
  }

  pinged(payloadBytes: number): boolean {
    if (!this.#mayGoOn("ping", this.options.now())) return false;
    if (this.peer.heldBytes === 0) this.#unreadAnswerBytes = 0;
    else this.#unreadAnswerBytes += FRAME_HEAD_BYTES + payloadBytes;
    if (this.#unreadAnswerBytes > MAX_UNREAD_ANSWER_BYTES) {
      this.peer.close(CLOSE.full, "answers are not read");
      return false;
    }
    return true;
  }

  ponged(payload: string): void {
    const now = this.options.now();
    if (this.#mayGoOn("pong", now)) this.#session.ponged(payload, now);
  }

  drained(): void {
    if (this.peer.gone || !this.peer.drained()) return;
    this.#unreadAnswerBytes = 0;
    this.#session.drained(this.options.now());
  }

  closed(code: number, reason: string): void {
    this.forget();
    this.peer.lost();
    this.#session.ended(this.options.now());
    const { closedWith, closedReason } = this.peer;
    const byClient = closedWith === undefined;
    this.options.disconnected(this.connection, this.#session, {
      code: closedWith ?? code,
      by: byClient ? "client" : "relay",
      reason: plainText(byClient ? reason : closedReason, MAX_REASON_BYTES),
    });
  }

  breaking(code: number, reason: string): void {
    this.peer.breaking(code, reason);
  }

  /** Counts a frame. One too many closes the connection. */
  #mayGoOn(kind: keyof typeof FRAME_COSTS, now: number): boolean {
    if (this.#frames.take(FRAME_COSTS[kind], now) >= 0) return true;
    this.peer.close(CLOSE.full, "too many messages");
    return false;
  }
}
