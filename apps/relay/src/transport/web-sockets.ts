/** The open WebSockets of a server, and the rules for them that do not depend on the library. */
import { CLOSE, plainText } from "@screen-share/protocol";
import { Bucket } from "../core/bucket.ts";
import type { Session } from "../core/peer.ts";
import { type LibrarySocket, MAX_REASON_BYTES, SocketPeer } from "./socket-peer.ts";
import type { ServerOptions, WebSocketRequest } from "./transport.ts";

/**
 * Frames from a client, of any kind: a burst, and an average rate. No honest client comes near it. Thousands of tiny frames, which cost
 * their sender nothing, would delay every other connection. A ping counts for more, since it is replied to.
 */
const FRAMES = {
  producer: { capacity: 10_000, perSecond: 2000 },
  viewer: { capacity: 1000, perSecond: 1000 },
} as const;
const FRAME_COSTS = { message: 1, pong: 10, ping: 20 } as const;

/** Unread pongs, bytes. A client with more never reads. */
const MAX_UNREAD_PONG_BYTES = 16 * 1024;
/** The head of a frame from the server (RFC 6455 §5.2). */
const FRAME_HEAD_BYTES = 4;

export class WebSockets {
  readonly #open = new Set<OpenWebSocket>();

  constructor(private readonly options: ServerOptions) {}

  open(request: WebSocketRequest, socket: LibrarySocket): OpenWebSocket {
    const opened = new OpenWebSocket(request, socket, this.options, () =>
      this.#open.delete(opened),
    );
    this.#open.add(opened);
    return opened;
  }

  tick(): void {
    // A thousand clients that fell silent at the same moment are closed at the same moment.
    for (const opened of this.#open) this.options.pace(() => opened.tick());
  }

  /** What all sockets hold that their clients have not taken, bytes. */
  get heldBytes(): number {
    let bytes = 0;
    for (const { peer } of this.#open) bytes += peer.heldBytes;
    return bytes;
  }

  close(code: number, reason: string): void {
    for (const { peer } of this.#open) peer.close(code, reason);
  }
}

/** What a library reports of an open WebSocket. */
export type WebSocketEvents = Omit<OpenWebSocket, "peer" | "tick">;

/** Passes what a socket reports to its session. */
class OpenWebSocket {
  readonly peer: SocketPeer;
  readonly #session: Session;
  readonly #frames: Bucket;
  #unreadPongBytes = 0;

  constructor(
    private readonly request: WebSocketRequest,
    socket: LibrarySocket,
    private readonly options: ServerOptions,
    private readonly forget: () => void,
  ) {
    const { role } = request;
    const { traffic, held } = options;
    this.peer = new SocketPeer(
      socket,
      held,
      traffic && ((bytes) => traffic.delivered(role, bytes)),
    );
    this.#frames = new Bucket(FRAMES[role], options.now());
    this.#session = options.connect(request, this.peer);
  }

  tick(): void {
    this.#session.tick(this.options.now());
  }

  /** A whole message has arrived. Its bytes may be reused after the call. */
  received(bytes: Uint8Array, isBinary: boolean): void {
    const now = this.options.handles();
    this.options.traffic?.received(this.request.role, bytes.length);
    if (!this.#accepts("message", now)) return;
    this.#session.receive(isBinary ? bytes : Buffer.from(bytes).toString(), now);
  }

  /** Whether its client was admitted. */
  get admitted(): boolean {
    return this.options.admitted(this.#session);
  }

  /** A ping has arrived. @returns whether to reply with a pong of as many bytes */
  pinged(payloadBytes: number): boolean {
    if (!this.#accepts("ping", this.options.handles())) return false;
    if (this.peer.heldBytes === 0) this.#unreadPongBytes = 0;
    else this.#unreadPongBytes += FRAME_HEAD_BYTES + payloadBytes;
    if (this.#unreadPongBytes <= MAX_UNREAD_PONG_BYTES) return true;
    this.peer.close(CLOSE.full, "pongs are not read");
    return false;
  }

  ponged(payload: string): void {
    const now = this.options.handles();
    if (this.#accepts("pong", now)) this.#session.ponged(payload, now);
  }

  /** The socket has sent everything that it had buffered. */
  drained(): void {
    if (this.peer.gone || !this.peer.drained()) return;
    this.#unreadPongBytes = 0;
    this.#session.drained(this.options.handles());
  }

  /** The socket is closed. Called once. */
  closed(code: number, reason: string): void {
    this.forget();
    this.peer.lost();
    this.#session.ended(this.options.now());
    const { closedWith } = this.peer;
    const end = closedWith ?? { code, reason };
    this.options.disconnected(this.request, this.#session, {
      code: end.code,
      by: closedWith ? "relay" : "client",
      reason: plainText(end.reason, MAX_REASON_BYTES),
    });
  }

  /** The relay is about to drop the connection, without a close frame. */
  breaking(code: number, reason: string): void {
    this.peer.breaking(code, reason);
  }

  /** Counts a frame. One too many closes the connection. */
  #accepts(kind: keyof typeof FRAME_COSTS, now: number): boolean {
    if (this.#frames.take(FRAME_COSTS[kind], now) >= 0) return true;
    this.peer.close(CLOSE.full, "too many messages");
    return false;
  }
}
