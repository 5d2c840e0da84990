/**
 * The one file that knows uWebSockets.js: sockets become peers and sessions, requests become values. Buffers of the library
 * are gone after a handler returns; whoever keeps bytes copies them.
 */

import uWS from "uWebSockets.js";
import { createServer } from "node:net";
import { PRODUCER_PATH, SUBPROTOCOL, VIEWER_PATH } from "@screen-share/protocol";
import type { Peer, SendOutcome, Session } from "../core/peer.ts";
import type { HttpReply, HttpRequest, HttpStream } from "../http/reply.ts";

/**
 * A silent WebSocket is given up after so many seconds, pings included. A viewer gets longer: its pong has to wait behind a
 * picture that may take a slow link a while.
 */
const IDLE_TIMEOUT_S = { producer: 16, viewer: 32 } as const;
/**
 * The hard bound behind flow control, which holds one update a viewer: above it the socket takes nothing, and pings would be
 * lost too.
 */
const MAX_BACKPRESSURE_BYTES = 64 * 2 ** 20;
/** How long clients have to take the reason in before the sockets are dropped, ms. */
const CLOSING_GRACE_MS = 300;

type Role = "producer" | "viewer";

/** A WebSocket that has been accepted. */
export interface Connection {
  readonly role: Role;
  /** No subprotocol was asked for: the original, plain contract. */
  readonly plain: boolean;
  readonly request: HttpRequest;
}

export interface ServerOptions {
  readonly host: string;
  /** 0 for any free one. */
  readonly port: number;
  /** The longest message that reaches a session, bytes; what is longer breaks the connection. */
  readonly maxBytes: Readonly<Record<Role, number>>;
  readonly connect: (connection: Connection, peer: Peer) => Session;
  /** A WebSocket has ended, with the code and the reason that were said last. */
  readonly disconnected: (session: Session, code: number, reason: string) => void;
  readonly answer: (request: HttpRequest) => HttpReply | HttpStream;
  readonly now: () => number;
}

export interface Server {
  readonly port: number;
  /** Called about once a second. */
  tick(): void;
  /** Stops listening, closes every WebSocket with this code, and resolves when all is closed. */
  close(code: number, reason: string): Promise<void>;
}

interface SocketData {
  readonly connection: Connection;
  /** Set once it is open. */
  link?: Link;
}
interface Link {
  readonly session: Session;
  readonly peer: SocketPeer;
}

const OUTCOMES: readonly SendOutcome[] = ["buffered", "sent", "dropped"];

class SocketPeer implements Peer {
  #open = true;

  constructor(private readonly socket: uWS.WebSocket<SocketData>) {}

  send(message: Uint8Array | string): SendOutcome {
    if (!this.#open) return "dropped";
    return OUTCOMES[this.socket.send(message, typeof message !== "string", false)] ?? "dropped";
  }

  ping(payload: string): SendOutcome {
    if (!this.#open) return "dropped";
    return OUTCOMES[this.socket.ping(payload)] ?? "dropped";
  }

  close(code: number, reason: string): void {
    if (!this.#open) return;
    this.#open = false;
    // Not within the caller's own call: the socket reports its end at once.
    queueMicrotask(() => {
      if (!this.gone) this.socket.end(code, reason.slice(0, 120));
    });
  }

  /** Set when the library forgot the socket: touching it again would throw. */
  gone = false;

  lost(): void {
    this.#open = false;
    this.gone = true;
  }
}

/**
 * Listens.
 * @throws Error if the port is taken
 */
export async function startServer(options: ServerOptions): Promise<Server> {
  const { host, port, now } = options;
  const app = uWS.App();
  const links = new Set<Link>();
  webSockets(app, links, options, "producer");
  webSockets(app, links, options, "viewer");
  app.any("/*", (res, req) => {
    const request = readRequest(req);
    writeReply(res, request.method, options.answer(request));
  });
  // The library would share a busy port silently; told not to, it could not have it back right after a restart.
  if (!(await isFree(host, port))) throw new Error(`port ${port} of ${host} is taken already`);
  const listening = await new Promise<uWS.us_listen_socket | false>((resolve) => {
    app.listen(host, port, resolve);
  });
  if (!listening) throw new Error(`port ${port} of ${host} cannot be listened on`);
  return {
    port: uWS.us_socket_local_port(listening),
    tick: () => {
      for (const { session } of links) session.tick(now());
    },
    close: async (code, reason) => {
      uWS.us_listen_socket_close(listening);
      for (const { peer } of links) peer.close(code, reason);
      await new Promise((done) => setTimeout(done, CLOSING_GRACE_MS));
      app.close();
    },
  };
}

/** Whether nobody listens on a port; connections of an earlier owner that are still fading do not count. */
function isFree(host: string, port: number): Promise<boolean> {
  const probe = createServer();
  return new Promise((resolve) => {
    probe.once("error", () => resolve(false));
    probe.listen({ host, port, exclusive: true }, () => probe.close(() => resolve(true)));
  });
}

function webSockets(
  app: uWS.TemplatedApp,
  links: Set<Link>,
  options: ServerOptions,
  role: Role,
): void {
  app.ws<SocketData>(role === "producer" ? PRODUCER_PATH : VIEWER_PATH, {
    compression: uWS.DISABLED,
    // A little above ours, so that ours can say why.
    maxPayloadLength: options.maxBytes[role] + 64 * 1024,
    maxBackpressure: MAX_BACKPRESSURE_BYTES,
    idleTimeout: IDLE_TIMEOUT_S[role],
    sendPingsAutomatically: true,
    upgrade: (res, req, context) => {
      const request = readRequest(req);
      const offered = request.headers.get("sec-websocket-protocol") ?? "";
      const plain = !offered.split(",").some((name) => name.trim() === SUBPROTOCOL);
      res.upgrade<SocketData>(
        { connection: { role, plain, request } },
        request.headers.get("sec-websocket-key") ?? "",
        plain ? "" : SUBPROTOCOL,
        "",
        context,
      );
    },
    open: (socket) => {
      const data = socket.getUserData();
      const peer = new SocketPeer(socket);
      data.link = { session: options.connect(data.connection, peer), peer };
      links.add(data.link);
    },
    message: (socket, message, isBinary) => {
      const bytes = new Uint8Array(message);
      const { session } = linkOf(socket);
      session.receive(isBinary ? bytes : Buffer.from(bytes).toString(), options.now());
    },
    pong: (socket, payload) => {
      linkOf(socket).session.ponged(Buffer.from(payload).toString(), options.now());
    },
    drain: (socket) => {
      if (socket.getBufferedAmount() === 0) linkOf(socket).session.drained(options.now());
    },
    close: (socket, code, reason) => {
      const link = linkOf(socket);
      links.delete(link);
      link.peer.lost();
      link.session.ended(options.now());
      options.disconnected(link.session, code, Buffer.from(reason).toString());
    },
  });
}

function linkOf(socket: uWS.WebSocket<SocketData>): Link {
  const { link } = socket.getUserData();
  if (!link) throw new Error("a socket spoke before it was open");
  return link;
}

function readRequest(req: uWS.HttpRequest): HttpRequest {
  const headers = new Map<string, string>();
  req.forEach((name, value) => {
    const known = headers.get(name);
    headers.set(name, known === undefined ? value : `${known}, ${value}`);
  });
  return {
    method: req.getMethod().toUpperCase(),
    path: req.getUrl(),
    query: new URLSearchParams(req.getQuery()),
    headers,
  };
}

const STATUS_TEXTS: Readonly<Record<number, string>> = {
  200: "200 OK",
  304: "304 Not Modified",
  400: "400 Bad Request",
  403: "403 Forbidden",
  404: "404 Not Found",
  405: "405 Method Not Allowed",
  503: "503 Service Unavailable",
};

function writeReply(res: uWS.HttpResponse, method: string, reply: HttpReply | HttpStream): void {
  res.cork(() => {
    res.writeStatus(STATUS_TEXTS[reply.status] ?? String(reply.status));
    for (const [name, value] of Object.entries(reply.headers)) res.writeHeader(name, value);
    if ("body" in reply) {
      if (method === "HEAD") {
        // Not endWithoutBody(length): this build of the library aborts the process.
        res.writeHeader("Content-Length", String(Buffer.byteLength(reply.body)));
        res.endWithoutBody();
      } else if (reply.status === 304) res.endWithoutBody();
      else res.end(reply.body);
    } else if (method === "HEAD") res.endWithoutBody();
    else stream(res, reply);
  });
}

function stream(res: uWS.HttpResponse, reply: HttpStream): void {
  let open = true;
  const write = (bytes: Uint8Array): boolean => {
    if (!open) return false;
    let taken = true;
    res.cork(() => {
      taken = res.write(bytes);
    });
    return taken;
  };
  const sink = reply.begin(write);
  res.onAborted(() => {
    open = false;
    sink.ended();
  });
  // Called when the socket can take some bytes, not when it has sent all; and what the library holds back goes out only
  // with a further write.
  res.onWritable(() => {
    if (write(reply.filler)) sink.drained();
    return true;
  });
}
