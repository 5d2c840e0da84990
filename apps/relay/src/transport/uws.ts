/**
 * The one file that loads uWebSockets.js: sockets become peers and sessions, requests become values, and values responses
 * (responses.ts). Buffers of the library are gone after a handler returns; whoever keeps bytes copies them.
 */

import type * as uWS from "uWebSockets.js";
import { createServer } from "node:net";
import { CLOSE, PRODUCER_PATH, plainText, SUBPROTOCOL, VIEWER_PATH } from "@screen-share/protocol";
import { Bucket } from "../core/bucket.ts";
import type { Peer, Session } from "../core/peer.ts";
import type { HttpRequest, HttpStream, StreamSource, WholeReply } from "../http/reply.ts";
import { beginStream, writeReply } from "./responses.ts";
import { SocketPeer } from "./socket-peer.ts";

/** The library reads it once, as it is loaded: a token of 4 KiB in a header must fit. */
const MAX_HEADER_BYTES = 16 * 1024;
// biome-ignore lint/style/noProcessEnv: not a setting of ours, but the only way to tell the library.
process.env.UWS_HTTP_MAX_HEADERS_SIZE = String(MAX_HEADER_BYTES);
const { default: library } = await import("uWebSockets.js");

/**
 * Frames of a client, of any kind: so many at once, and so many a second in the long run. No honest client comes near it, and
 * without it thousands of tiny ones, which cost their sender nothing, would keep everybody waiting. A plain producer may be as fast as
 * it likes, within reason: only its newest picture is shown. A ping counts for more, since the library holds its answer for as long as
 * the client does not read.
 */
const FRAMES = {
  producer: { capacity: 10_000, perSecond: 2000 },
  viewer: { capacity: 1000, perSecond: 1000 },
} as const;
const FRAME_COSTS = { message: 1, pong: 10, ping: 20 } as const;

/**
 * A WebSocket from which not a byte has come for so many seconds, pings included, is given up; the library looks every four.
 * Producers rest on it, since it alone sees the bytes of an update that is still arriving. For viewers it is the last resort:
 * their pongs may have to wait behind a picture, which their sessions know.
 */
const IDLE_TIMEOUT_S = { producer: 16, viewer: 120 } as const;
/**
 * The hard bound behind flow control, which holds one update a viewer: above it the socket takes nothing, and pings would be
 * lost too.
 */
const MAX_BACKPRESSURE_BYTES = 64 * 2 ** 20;
/** How long clients have to take the reason in before the sockets are dropped, ms. */
const CLOSING_GRACE_MS = 300;

type Role = "producer" | "viewer";

/** Whoever counts bytes of payload. */
interface Traffic {
  received(channel: Role, bytes: number): void;
  delivered(channel: Role | "http", bytes: number): void;
}

/** A WebSocket that has been accepted. */
export interface Connection<Entry> {
  readonly role: Role;
  /** No subprotocol was asked for: the original, plain contract. */
  readonly plain: boolean;
  readonly request: HttpRequest;
  /** What was made of its headers. */
  readonly entry: Entry;
}

export interface ServerOptions<Entry> {
  readonly host: string;
  /** 0 for any free one. */
  readonly port: number;
  /** The longest message that reaches a session, bytes; what is longer breaks the connection. */
  readonly maxBytes: Readonly<Record<Role, number>>;
  /** Judges an upgrade. Refused ones are accepted too, and then told why. */
  readonly enter: (request: HttpRequest, options: { readonly plain: boolean }) => Entry;
  readonly connect: (connection: Connection<Entry>, peer: Peer) => Session;
  /** A WebSocket has ended, with the code and the reason that were said last. */
  readonly disconnected: (
    connection: Connection<Entry>,
    session: Session,
    end: { readonly code: number; readonly by: "client" | "relay"; readonly reason: string },
  ) => void;
  readonly answer: (request: HttpRequest) => Promise<WholeReply | HttpStream>;
  /** A stream has ended, by whichever side. */
  readonly streamed: (request: HttpRequest, source: StreamSource) => void;
  readonly traffic: Traffic | undefined;
  readonly now: () => number;
}

export interface Server {
  readonly port: number;
  /** Called about once a second. */
  tick(): void;
  /** Stops listening, closes every WebSocket with this code, and resolves when all is closed. */
  close(code: number, reason: string): Promise<void>;
}

interface SocketData<Entry> {
  readonly connection: Connection<Entry>;
  /** Set once it is open. */
  link?: Link;
}
interface Link {
  readonly session: Session;
  readonly peer: SocketPeer;
  readonly frames: Bucket;
}

/**
 * Listens.
 * @throws Error if the port is taken
 */
export async function startServer<Entry>(options: ServerOptions<Entry>): Promise<Server> {
  const { host, port, now } = options;
  const app = library.App();
  const links = new Set<Link>();
  webSockets(app, links, options, "producer");
  webSockets(app, links, options, "viewer");
  app.any("/*", (res, req) => {
    const request = readRequest(res, req);
    const { method } = request;
    const wrote = (bytes: number) => options.traffic?.delivered("http", bytes);
    whenSettled(res, options.answer(request), (reply) => {
      res.cork(() => {
        if (!("begin" in reply)) return writeReply(res, reply, { method, wrote });
        const ended = (source: StreamSource) => options.streamed(request, source);
        beginStream(res, reply, { method, wrote, ended });
      });
    });
  });
  // The library would share a busy port silently; told not to, it could not have it back right after a restart.
  const problem = await listeningProblem(host, port);
  if (problem === "EADDRINUSE") throw new Error(`port ${port} of ${host} is taken already`);
  if (problem !== undefined) throw new Error(`${host}:${port} cannot be listened on (${problem})`);
  const listening = await new Promise<uWS.us_listen_socket | false>((resolve) => {
    app.listen(host, port, resolve);
  });
  if (!listening) throw new Error(`port ${port} of ${host} cannot be listened on`);
  return {
    port: library.us_socket_local_port(listening),
    tick: () => {
      for (const { session } of links) session.tick(now());
    },
    close: async (code, reason) => {
      library.us_listen_socket_close(listening);
      for (const { peer } of links) peer.close(code, reason);
      await new Promise((done) => setTimeout(done, CLOSING_GRACE_MS));
      app.close();
    },
  };
}

/** What keeps us from listening; undefined if nothing does. Connections of an earlier owner that are still fading do not count. */
function listeningProblem(host: string, port: number): Promise<string | undefined> {
  const probe = createServer();
  return new Promise((resolve) => {
    probe.once("error", ({ code }: NodeJS.ErrnoException) => resolve(code ?? "unknown error"));
    probe.listen({ host, port, exclusive: true }, () => probe.close(() => resolve(undefined)));
  });
}

function webSockets<Entry>(
  app: uWS.TemplatedApp,
  links: Set<Link>,
  options: ServerOptions<Entry>,
  role: Role,
): void {
  app.ws<SocketData<Entry>>(role === "producer" ? PRODUCER_PATH : VIEWER_PATH, {
    compression: library.DISABLED,
    // A little above ours, so that ours can say why.
    maxPayloadLength: options.maxBytes[role] + 64 * 1024,
    maxBackpressure: MAX_BACKPRESSURE_BYTES,
    idleTimeout: IDLE_TIMEOUT_S[role],
    sendPingsAutomatically: true,
    upgrade: (res, req, context) => {
      const request = readRequest(res, req);
      const offered = request.headers.get("sec-websocket-protocol") ?? "";
      const plain = !offered.split(",").some((name) => name.trim() === SUBPROTOCOL);
      // At once: an upgrade later on, out of a `cork`, reads freed memory in this build of the library (uWebSockets#1928).
      res.upgrade<SocketData<Entry>>(
        { connection: { role, plain, request, entry: options.enter(request, { plain }) } },
        request.headers.get("sec-websocket-key") ?? "",
        plain ? "" : SUBPROTOCOL,
        "",
        context,
      );
    },
    open: (socket) => {
      const data = socket.getUserData();
      const peer = new SocketPeer(socket, (bytes) => options.traffic?.delivered(role, bytes));
      const frames = new Bucket(FRAMES[role], options.now());
      data.link = { session: options.connect(data.connection, peer), peer, frames };
      links.add(data.link);
    },
    message: (socket, message, isBinary) => {
      const now = options.now();
      options.traffic?.received(role, message.byteLength);
      const link = linkOf(socket);
      if (!mayGoOn(link, "message", now)) return;
      const bytes = new Uint8Array(message);
      link.session.receive(isBinary ? bytes : Buffer.from(bytes).toString(), now);
    },
    ping: (socket) => {
      mayGoOn(linkOf(socket), "ping", options.now());
    },
    pong: (socket, payload) => {
      const now = options.now();
      const link = linkOf(socket);
      if (mayGoOn(link, "pong", now)) link.session.ponged(Buffer.from(payload).toString(), now);
    },
    drain: (socket) => {
      if (socket.getBufferedAmount() === 0) linkOf(socket).session.drained(options.now());
    },
    close: (socket, code, reason) => {
      const link = linkOf(socket);
      links.delete(link);
      link.peer.lost();
      link.session.ended(options.now());
      const { connection } = socket.getUserData();
      const by = link.peer.closedWith === undefined ? "client" : "relay";
      const end = { code, by, reason: plainText(Buffer.from(reason).toString(), 123) } as const;
      options.disconnected(connection, link.session, end);
    },
  });
}

/** Goes on with a response unless its client went away meanwhile. */
function whenSettled<T>(res: uWS.HttpResponse, promise: Promise<T>, go: (value: T) => void): void {
  let aborted = false;
  res.onAborted(() => {
    aborted = true;
  });
  void promise.then((value) => {
    if (!aborted) go(value);
  });
}

/** Counts a frame. One too many closes the connection. */
function mayGoOn({ frames, peer }: Link, kind: keyof typeof FRAME_COSTS, now: number): boolean {
  if (frames.take(FRAME_COSTS[kind], now) >= 0) return true;
  peer.close(CLOSE.full, "too many messages");
  return false;
}

function linkOf(socket: uWS.WebSocket<SocketData<unknown>>): Link {
  const { link } = socket.getUserData();
  if (!link) throw new Error("a socket spoke before it was open");
  return link;
}

function readRequest(res: uWS.HttpResponse, req: uWS.HttpRequest): HttpRequest {
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
    remoteAddress: Buffer.from(res.getRemoteAddressAsText()).toString(),
  };
}
