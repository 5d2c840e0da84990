/**
 * The transport on `ws` and node:http, and the one file that loads `ws`. It runs wherever Node does; uws.ts is faster where its
 * library loads. HTTP requests are answered by node-http.ts.
 */
import type { IncomingMessage } from "node:http";
import type { Socket as TcpSocket } from "node:net";
import { PRODUCER_PATH, SUBPROTOCOL, VIEWER_PATH } from "@screen-share/protocol";
import { type WebSocket, WebSocketServer } from "ws";
import { IDLE_TIMEOUT_S, MAX_BACKPRESSURE_BYTES, maxPayloadBytes } from "./limits.ts";
import { Links, type SocketEvents } from "./links.ts";
import { NodeHttp, readRequest } from "./node-http.ts";
import type { FragmentPlace, Socket } from "./socket-peer.ts";
import { offersOurProtocol } from "./subprotocol.ts";
import type { Role, ServerOptions, StartServer } from "./transport.ts";

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

export const startWsServer: StartServer = async <Entry>(options: ServerOptions<Entry>) => {
  const links = new Links(options);
  const sockets = new Set<WsSocket>();
  const http = new NodeHttp(options);
  const handshakes = {
    producer: handshake(options.maxBytes.producer),
    viewer: handshake(options.maxBytes.viewer),
  };
  http.server.on("upgrade", (incoming: IncomingMessage, tcp: TcpSocket, head: Buffer) => {
    const role = roleOf(incoming);
    if (!role) return http.answerUpgrade(incoming, tcp);
    const request = readRequest(incoming);
    const plain = !offersOurProtocol(request.headers.get("sec-websocket-protocol"));
    handshakes[role].handleUpgrade(incoming, tcp, head, (webSocket) => {
      const socket = new WsSocket(webSocket, tcp, role);
      sockets.add(socket);
      webSocket.once("close", () => sockets.delete(socket));
      const entry = options.enter(request, { plain });
      socket.carry(links.open({ role, plain, request, entry }, socket));
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
      for (const socket of sockets) socket.drop();
      http.server.closeAllConnections();
      await closed;
    },
  };
};

function handshake(maxBytes: number): WebSocketServer {
  // The types of the library do not know `closeTimeout` yet.
  const options: ConstructorParameters<typeof WebSocketServer>[0] & { closeTimeout: number } = {
    noServer: true,
    clientTracking: false,
    perMessageDeflate: false,
    maxPayload: maxPayloadBytes(maxBytes),
    closeTimeout: CLOSE_TIMEOUT_MS,
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

/** Results of `send`, in the numbers that `Socket` defines. */
const SENT = { buffered: 0, taken: 1, dropped: 2 } as const;

class WsSocket implements Socket {
  #behind = false;
  #link: SocketEvents | undefined;
  #closed = false;
  #bytesRead: number;
  #heardAt = performance.now();

  constructor(
    private readonly webSocket: WebSocket,
    private readonly tcp: TcpSocket,
    private readonly role: Role,
  ) {
    this.#bytesRead = tcp.bytesRead;
  }

  /** Passes all that happens on to the link. */
  carry(link: SocketEvents): void {
    this.#link = link;
    this.webSocket.on("message", (data: Buffer, isBinary) => {
      // A plain view: a Buffer's own `slice` would share its memory with whoever means to copy.
      const bytes = new Uint8Array(data.buffer, data.byteOffset, data.length);
      if (!this.#closed) link.received(bytes, isBinary);
    });
    this.webSocket.on("ping", () => {
      if (!this.#closed) link.pinged();
    });
    this.webSocket.on("pong", (payload: Buffer) => {
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
    return this.tcp.writableLength;
  }

  end(code: number, reason: string): void {
    this.webSocket.close(code, reason);
    this.#over(code, reason);
  }

  /** Drops the connection without a close frame. */
  drop(): void {
    this.webSocket.terminate();
  }

  /** Pings a client that is silent, and drops one that has been silent for too long. */
  checkIdle(now: number): void {
    if (this.tcp.bytesRead !== this.#bytesRead) {
      this.#bytesRead = this.tcp.bytesRead;
      this.#heardAt = now;
      return;
    }
    const silentS = (now - this.#heardAt) / 1000;
    if (silentS >= IDLE_TIMEOUT_S[this.role]) this.drop();
    else if (silentS >= IDLE_TIMEOUT_S[this.role] / 2 && !this.#closed) this.ping("");
  }

  #taken(write: () => void): number {
    if (this.tcp.writableLength > MAX_BACKPRESSURE_BYTES) return SENT.dropped;
    write();
    this.#behind = this.tcp.writableLength > 0;
    return this.#behind ? SENT.buffered : SENT.taken;
  }

  readonly #written = (): void => {
    if (!this.#behind || this.#closed || this.tcp.writableLength > 0) return;
    this.#behind = false;
    this.#link?.drained();
  };

  #over(code: number, reason: string): void {
    if (this.#closed) return;
    this.#closed = true;
    this.#link?.closed(code, reason);
  }
}
