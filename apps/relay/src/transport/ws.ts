/**
 * The transport on `ws` and node:http, and the one file that loads `ws`. It runs wherever Node does; uws.ts is faster where its
 * library loads. HTTP requests are answered by node-http.ts.
 */
import type { IncomingMessage } from "node:http";
import type { Socket as TcpSocket } from "node:net";
import { CLOSE, PRODUCER_PATH, SUBPROTOCOL, VIEWER_PATH } from "@screen-share/protocol";
import { type WebSocket, WebSocketServer } from "ws";
import {
  IDLE_TIMEOUT_S,
  MAX_BACKPRESSURE_BYTES,
  MAX_FRAGMENTS,
  maxPayloadBytes,
  UNFINISHED,
} from "./limits.ts";
import { Links, type SocketEvents } from "./links.ts";
import { NodeHttp, readRequest } from "./node-http.ts";
import type { FragmentPlace, Socket } from "./socket-peer.ts";
import { offersOurProtocol } from "./subprotocol.ts";
import type { Role, ServerOptions, StartServer } from "./transport.ts";
import { type Holder, Unfinished } from "./unfinished.ts";

/** How often sockets are looked at for one that is silent, ms. */
const IDLE_CHECK_MS = 4000;
/** How long a client has to answer a close frame before its socket is dropped, ms. */
const CLOSE_TIMEOUT_MS = 8000;
/** How long clients have to read the reason when the whole server closes, ms. */
const CLOSING_GRACE_MS = 300;
/** A handshake that is not like this is an HTTP request like any other (RFC 6455 §4.2.1). */
const WEBSOCKET_KEY = /^[+/0-9A-Za-z]{22}==$/;
const VERSIONS: readonly (string | undefined)[] = ["13", "8"];
const ROLES: Readonly<Record<string, Role>> = {
  [PRODUCER_PATH]: "producer",
  [VIEWER_PATH]: "viewer",
};

export const startWsServer: StartServer = async (options: ServerOptions) => {
  const links = new Links(options);
  const sockets = new Set<WsSocket>();
  const http = new NodeHttp(options);
  const handshakes = {
    producer: handshake(options.maxBytes.producer, "producer"),
    viewer: handshake(options.maxBytes.viewer, "viewer"),
  };
  const unfinished = new Unfinished(options.maxUnfinishedBytes);
  http.server.on("upgrade", (incoming: IncomingMessage, tcp: TcpSocket, head: Buffer) => {
    const role = roleOf(incoming);
    if (!role) return http.answerUpgrade(incoming, tcp);
    const request = readRequest(incoming);
    const plain = !offersOurProtocol(request.headers.get("sec-websocket-protocol"));
    handshakes[role].handleUpgrade(incoming, tcp, head, (webSocket) => {
      http.upgraded(tcp);
      const socket = new WsSocket(webSocket, { tcp, role, unfinished });
      sockets.add(socket);
      webSocket.once("close", () => sockets.delete(socket));
      socket.carry(links.open({ role, plain, request }, socket));
    });
  });
  const port = await http.listen();
  const idleCheck = setInterval(() => {
    for (const socket of sockets) socket.checkIdle(performance.now());
  }, IDLE_CHECK_MS);
  return {
    port,
    tick: () => links.tick(),
    close: async (code, reason) => {
      clearInterval(idleCheck);
      const closed = http.close();
      links.close(code, reason);
      await new Promise((done) => setTimeout(done, CLOSING_GRACE_MS));
      for (const socket of sockets) socket.terminate();
      http.server.closeAllConnections();
      await closed;
    },
  };
};

function handshake(maxBytes: number, role: Role): WebSocketServer {
  // The types of the library do not know all of these yet.
  const options: ConstructorParameters<typeof WebSocketServer>[0] & {
    readonly autoPong: boolean;
    readonly closeTimeout: number;
    readonly maxFragments: number;
  } = {
    noServer: true,
    clientTracking: false,
    perMessageDeflate: false,
    maxPayload: maxPayloadBytes(maxBytes),
    autoPong: false,
    closeTimeout: CLOSE_TIMEOUT_MS,
    maxFragments: MAX_FRAGMENTS[role],
    handleProtocols: (offered) => offered.has(SUBPROTOCOL) && SUBPROTOCOL,
  };
  return new WebSocketServer(options);
}

/** The role that a request asks for, if it asks for a WebSocket at all. */
function roleOf({ method, url = "", headers }: IncomingMessage): Role | undefined {
  const [path = ""] = url.split("?", 1);
  const asksForWebSocket =
    method === "GET" &&
    headers.upgrade?.toLowerCase() === "websocket" &&
    WEBSOCKET_KEY.test(headers["sec-websocket-key"] ?? "") &&
    VERSIONS.includes(headers["sec-websocket-version"]);
  return asksForWebSocket && Object.hasOwn(ROLES, path) ? ROLES[path] : undefined;
}

/** The head of a client's ping or pong, with its mask (RFC 6455 §5.2). */
const CONTROL_HEAD_BYTES = 6;
/** What a piece of an unfinished message costs beside its bytes. */
const PIECE_OVERHEAD_BYTES = 256;

/** Results of `send`, in the numbers that `Socket` defines. */
const SENT = { buffered: 0, taken: 1, dropped: 2 } as const;

interface WsSocketParts {
  readonly tcp: TcpSocket;
  readonly role: Role;
  readonly unfinished: Unfinished;
}

class WsSocket implements Socket, Holder {
  #behind = false;
  #link: SocketEvents | undefined;
  #closed = false;
  #bytesRead: number;
  #heardAt = performance.now();

  #arrivedBytes = 0;
  /** Bytes of the messages that the newest piece of the stream has made whole; undefined if none. */
  #finishedBytes: number | undefined;
  /** Bytes of pings and pongs in that piece: they may come between the fragments of a message. */
  #controlBytes = 0;

  constructor(
    private readonly webSocket: WebSocket,
    private readonly parts: WsSocketParts,
  ) {
    this.#bytesRead = parts.tcp.bytesRead;
    // The library's own listener comes first: what it has made of a piece is known here.
    parts.tcp.on("data", (piece: Buffer) => this.#arrived(piece.length));
  }

  get admitted(): boolean {
    return this.#link?.admitted ?? false;
  }

  /** Passes all that happens on to the link. */
  carry(link: SocketEvents): void {
    this.#link = link;
    this.webSocket.on("message", (data: Buffer, isBinary) => {
      // A plain view: a Buffer's own `slice` would share its memory with whoever means to copy.
      const bytes = new Uint8Array(data.buffer, data.byteOffset, data.length);
      this.#finished(bytes.length);
      if (!this.#closed) link.received(bytes, isBinary);
    });
    this.webSocket.on("ping", (payload: Buffer) => {
      this.#controlBytes += CONTROL_HEAD_BYTES + payload.length;
      if (this.#closed || !link.pinged(payload.length)) return;
      this.#taken(() => this.webSocket.pong(payload, false, this.#written));
    });
    this.webSocket.on("pong", (payload: Buffer) => {
      this.#controlBytes += CONTROL_HEAD_BYTES + payload.length;
      if (!this.#closed) link.ponged(payload.toString());
    });
    // Any error is followed by "close".
    this.webSocket.on("error", () => undefined);
    this.webSocket.once("close", (code, reason) => this.#over(code, reason.toString()));
  }

  send(message: Uint8Array | string, binary: boolean): number {
    return this.#taken(() => this.webSocket.send(message, { binary }, this.#written));
  }

  sendFragment(fragment: Uint8Array, place: FragmentPlace): number {
    const options = { binary: true, fin: place === "last" };
    return this.#taken(() => this.webSocket.send(fragment, options, this.#written));
  }

  ping(payload: string): number {
    return this.#taken(() => this.webSocket.ping(payload, false, this.#written));
  }

  getBufferedAmount(): number {
    return this.parts.tcp.writableLength;
  }

  end(code: number, reason: string): void {
    this.webSocket.close(code, reason);
    this.#over(code, reason);
  }

  /** Breaks a connection that holds too much of unfinished messages. */
  drop(): void {
    this.#link?.breaking(CLOSE.full, UNFINISHED);
    this.terminate();
  }

  /** Ends the connection without a close frame. */
  terminate(): void {
    this.webSocket.terminate();
  }

  /** Pings a client that is silent, and drops one that has been silent for too long. */
  checkIdle(now: number): void {
    if (this.parts.tcp.bytesRead !== this.#bytesRead) {
      this.#bytesRead = this.parts.tcp.bytesRead;
      this.#heardAt = now;
      return;
    }
    const silentS = (now - this.#heardAt) / 1000;
    const limitS = IDLE_TIMEOUT_S[this.parts.role];
    if (silentS >= limitS) this.terminate();
    else if (silentS >= limitS / 2 && !this.#closed) this.ping("");
  }

  #taken(write: () => void): number {
    if (this.parts.tcp.writableLength > MAX_BACKPRESSURE_BYTES) return SENT.dropped;
    write();
    this.#behind = this.parts.tcp.writableLength > 0;
    return this.#behind ? SENT.buffered : SENT.taken;
  }

  readonly #written = (): void => {
    if (!this.#behind || this.#closed || this.parts.tcp.writableLength > 0) return;
    this.#behind = false;
    this.#link?.drained();
  };

  #finished(bytes: number): void {
    this.#finishedBytes = (this.#finishedBytes ?? 0) + bytes;
  }

  /** Counts what has arrived of a message that is not whole. */
  #arrived(bytes: number): void {
    if (this.#closed) return;
    const dataBytes = Math.max(0, bytes - this.#controlBytes);
    // What makes a message whole is all that was held of it; only what follows in this piece is held now.
    if (this.#finishedBytes !== undefined) {
      this.#arrivedBytes = Math.max(0, dataBytes - this.#finishedBytes);
    } else if (dataBytes > 0) this.#arrivedBytes += dataBytes + PIECE_OVERHEAD_BYTES;
    this.#controlBytes = 0;
    this.#finishedBytes = undefined;
    this.parts.unfinished.holds(this, this.#arrivedBytes);
  }

  #over(code: number, reason: string): void {
    if (this.#closed) return;
    this.#closed = true;
    this.parts.unfinished.holds(this, 0);
    this.#link?.closed(code, reason);
  }
}
