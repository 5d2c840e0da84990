/** The transport on `ws` and node:http, for machines without a build of uWebSockets.js; the only file that loads `ws`. */
import type { IncomingMessage } from "node:http";
import type { Socket as TcpSocket } from "node:net";
import { CLOSE, PRODUCER_PATH, type Role, SUBPROTOCOL, VIEWER_PATH } from "@screen-share/protocol";
import { type WebSocket, WebSocketServer } from "ws";
import {
  CLOSING_GRACE_MS,
  IDLE_TIMEOUT_S,
  MAX_BACKPRESSURE_BYTES,
  MAX_FRAGMENTS,
  maxPayloadBytes,
  UNFINISHED,
} from "./limits.ts";
import { listen } from "./listen.ts";
import { NodeHttp, readRequest } from "./node-http.ts";
import { offersOurProtocol } from "./requests.ts";
import type { FragmentPlace, LibrarySocket } from "./socket-peer.ts";
import type { ServerOptions, StartServer } from "./transport.ts";
import { type PartialSender, Unfinished } from "./unfinished.ts";
import { type WebSocketEvents, WebSockets } from "./web-sockets.ts";

/** How often sockets are checked for silence, ms. */
const IDLE_CHECK_MS = 4000;
/** How long a client has to reply to a close frame before its socket is dropped, ms. */
const CLOSE_TIMEOUT_MS = 8000;
/** A handshake without such a key is an ordinary HTTP request (RFC 6455 §4.2.1). */
const WEBSOCKET_KEY = /^[+/0-9A-Za-z]{22}==$/;
const VERSIONS: readonly (string | undefined)[] = ["13", "8"];
const ROLES: ReadonlyMap<string, Role> = new Map([
  [PRODUCER_PATH, "producer"],
  [VIEWER_PATH, "viewer"],
]);

export const startWsServer: StartServer = async (options: ServerOptions) => {
  const webSockets = new WebSockets(options);
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
    const plain = !offersOurProtocol(request);
    handshakes[role].handleUpgrade(incoming, tcp, head, (webSocket) => {
      http.upgraded(tcp);
      const socket = new WsSocket(webSocket, { tcp, role, unfinished });
      sockets.add(socket);
      webSocket.once("close", () => sockets.delete(socket));
      socket.report(webSockets.open({ role, plain, request }, socket));
    });
  });
  const port = await listen(http.server, options);
  const idleCheck = setInterval(() => {
    for (const socket of sockets) socket.checkIdle(performance.now());
  }, IDLE_CHECK_MS);
  return {
    port,
    tick: () => webSockets.tick(),
    close: async (code, reason) => {
      clearInterval(idleCheck);
      const closed = new Promise<void>((resolve) => http.server.close(() => resolve()));
      webSockets.close(code, reason);
      await new Promise((done) => setTimeout(done, CLOSING_GRACE_MS));
      for (const { webSocket } of sockets) webSocket.terminate();
      http.server.closeAllConnections();
      await closed;
    },
  };
};

function handshake(maxBytes: number, role: Role): WebSocketServer {
  // The library's types lack these.
  const untyped = {
    autoPong: false,
    closeTimeout: CLOSE_TIMEOUT_MS,
    maxFragments: MAX_FRAGMENTS[role],
  };
  return new WebSocketServer({
    noServer: true,
    clientTracking: false,
    perMessageDeflate: false,
    maxPayload: maxPayloadBytes(maxBytes),
    handleProtocols: (offered) => offered.has(SUBPROTOCOL) && SUBPROTOCOL,
    ...untyped,
  });
}

/** The role of a request for a WebSocket. Undefined for all other requests. */
function roleOf({ method, url = "", headers }: IncomingMessage): Role | undefined {
  const [path = ""] = url.split("?", 1);
  const asksForWebSocket =
    method === "GET" &&
    headers.upgrade?.toLowerCase() === "websocket" &&
    WEBSOCKET_KEY.test(headers["sec-websocket-key"] ?? "") &&
    VERSIONS.includes(headers["sec-websocket-version"]);
  return asksForWebSocket ? ROLES.get(path) : undefined;
}

/** The head of a ping or pong from a client, with its mask (RFC 6455 §5.2). */
const CONTROL_HEAD_BYTES = 6;
/** What a piece of an unfinished message costs in addition to its bytes. */
const PIECE_OVERHEAD_BYTES = 256;

/** Results of `send`, as `LibrarySocket` defines them. */
const SENT = { buffered: 0, taken: 1, dropped: 2 } as const;

class WsSocket implements LibrarySocket, PartialSender {
  #isBehind = false;
  #events: WebSocketEvents | undefined;
  #closed = false;
  #bytesRead: number;
  #heardAt = performance.now();

  #arrivedBytes = 0;
  /** Bytes of the messages that the newest piece of the stream completed, if any. */
  #finishedBytes: number | undefined;
  /** Bytes of pings and pongs in that piece. */
  #controlBytes = 0;

  constructor(
    readonly webSocket: WebSocket,
    private readonly parts: {
      readonly tcp: TcpSocket;
      readonly role: Role;
      readonly unfinished: Unfinished;
    },
  ) {
    this.#bytesRead = parts.tcp.bytesRead;
    // The library's own listener runs first, so the results of a piece are known here.
    parts.tcp.on("data", (piece: Buffer) => this.#arrived(piece.length));
  }

  get admitted(): boolean {
    return this.#events?.admitted ?? false;
  }

  report(events: WebSocketEvents): void {
    this.#events = events;
    this.webSocket.on("message", (data: Buffer, isBinary) => {
      // A plain view, since `slice` of a Buffer does not copy.
      const bytes = new Uint8Array(data.buffer, data.byteOffset, data.length);
      this.#finishedBytes = (this.#finishedBytes ?? 0) + bytes.length;
      if (!this.#closed) events.received(bytes, isBinary);
    });
    this.webSocket.on("ping", (payload: Buffer) => {
      this.#controlBytes += CONTROL_HEAD_BYTES + payload.length;
      if (this.#closed || !events.pinged(payload.length)) return;
      this.#taken(() => this.webSocket.pong(payload, false, this.#written));
    });
    this.webSocket.on("pong", (payload: Buffer) => {
      this.#controlBytes += CONTROL_HEAD_BYTES + payload.length;
      if (!this.#closed) events.ponged(payload.toString());
    });
    // "close" follows any error.
    this.webSocket.on("error", () => undefined);
    this.webSocket.once("close", (code, reason) => this.#ended(code, reason.toString()));
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
    this.#ended(code, reason);
  }

  /** Drops a connection whose unfinished messages are too large. */
  drop(): void {
    this.#events?.breaking(CLOSE.full, UNFINISHED);
    this.webSocket.terminate();
  }

  /** Pings a silent client, and drops one that has been silent for too long. */
  checkIdle(now: number): void {
    if (this.parts.tcp.bytesRead !== this.#bytesRead) {
      this.#bytesRead = this.parts.tcp.bytesRead;
      this.#heardAt = now;
      return;
    }
    const silentS = (now - this.#heardAt) / 1000;
    const limitS = IDLE_TIMEOUT_S[this.parts.role];
    if (silentS >= limitS) this.webSocket.terminate();
    else if (silentS >= limitS / 2 && !this.#closed) this.ping("");
  }

  #taken(write: () => void): number {
    if (this.parts.tcp.writableLength > MAX_BACKPRESSURE_BYTES) return SENT.dropped;
    write();
    this.#isBehind = this.parts.tcp.writableLength > 0;
    return this.#isBehind ? SENT.buffered : SENT.taken;
  }

  readonly #written = (): void => {
    if (!this.#isBehind || this.#closed || this.parts.tcp.writableLength > 0) return;
    this.#isBehind = false;
    this.#events?.drained();
  };

  #arrived(bytes: number): void {
    if (this.#closed) return;
    const dataBytes = Math.max(0, bytes - this.#controlBytes);
    // A completed message is no longer held; what follows it in this piece is.
    if (this.#finishedBytes !== undefined) {
      this.#arrivedBytes = Math.max(0, dataBytes - this.#finishedBytes);
    } else if (dataBytes > 0) this.#arrivedBytes += dataBytes + PIECE_OVERHEAD_BYTES;
    this.#controlBytes = 0;
    this.#finishedBytes = undefined;
    this.parts.unfinished.holds(this, this.#arrivedBytes);
  }

  #ended(code: number, reason: string): void {
    if (this.#closed) return;
    this.#closed = true;
    this.parts.unfinished.holds(this, 0);
    this.#events?.closed(code, reason);
  }
}
