/**
 * The transport on uWebSockets.js, and the one file that loads it. Buffers of the library are gone after a handler returns: keep
 * copies. Responses are written by uws-responses.ts.
 */

import type * as uWS from "uWebSockets.js";
import { PRODUCER_PATH, SUBPROTOCOL, VIEWER_PATH } from "@screen-share/protocol";
import type { HttpRequest, StreamSource } from "../http/reply.ts";
import { type Link, Links } from "./links.ts";
import { checkPort, listenError } from "./port-in-use.ts";
import { offersOurProtocol } from "./subprotocol.ts";
import type { Connection, Role, ServerOptions, StartServer } from "./transport.ts";
import { beginStream, writeReply } from "./uws-responses.ts";

/** The library reads it once, as it is loaded: a token of 4 KiB in a header must fit. */
const MAX_HEADER_BYTES = 16 * 1024;
// biome-ignore lint/style/noProcessEnv: not a setting of ours, but the only way to tell the library.
process.env.UWS_HTTP_MAX_HEADERS_SIZE = String(MAX_HEADER_BYTES);
const { default: library } = await import("uWebSockets.js");

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

/** What the library keeps with a WebSocket. */
interface SocketData<Entry> {
  readonly connection: Connection<Entry>;
  /** Set when it opens. */
  link?: Link<Entry>;
}

export const startUwsServer: StartServer = async <Entry>(options: ServerOptions<Entry>) => {
  const { host, port } = options;
  const app = library.App();
  const links = new Links(options);
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
  // The library's own option for an exclusive port would refuse it right after a restart, too.
  await checkPort(host, port);
  const listening = await new Promise<uWS.us_listen_socket | false>((resolve) => {
    app.listen(host, port, resolve);
  });
  if (!listening) throw listenError(host, port, "unknown error");
  return {
    port: library.us_socket_local_port(listening),
    tick: () => links.tick(),
    close: async (code, reason) => {
      library.us_listen_socket_close(listening);
      links.close(code, reason);
      await new Promise((done) => setTimeout(done, CLOSING_GRACE_MS));
      app.close();
    },
  };
};

function webSockets<Entry>(
  app: uWS.TemplatedApp,
  links: Links<Entry>,
  options: ServerOptions<Entry>,
  role: Role,
): void {
  app.ws<SocketData<Entry>>(role === "producer" ? PRODUCER_PATH : VIEWER_PATH, {
    compression: library.DISABLED,
    // A little above ours, so that the session can send the reason.
    maxPayloadLength: options.maxBytes[role] + 64 * 1024,
    maxBackpressure: MAX_BACKPRESSURE_BYTES,
    idleTimeout: IDLE_TIMEOUT_S[role],
    sendPingsAutomatically: true,
    upgrade: (res, req, context) => {
      const request = readRequest(res, req);
      const plain = !offersOurProtocol(request.headers.get("sec-websocket-protocol"));
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
      data.link = links.open(data.connection, socket);
    },
    message: (socket, message, isBinary) => {
      linkOf(socket).received(new Uint8Array(message), isBinary);
    },
    ping: (socket) => linkOf(socket).pinged(),
    pong: (socket, payload) => linkOf(socket).ponged(Buffer.from(payload).toString()),
    drain: (socket) => {
      if (socket.getBufferedAmount() === 0) linkOf(socket).drained();
    },
    close: (socket, code, reason) => linkOf(socket).closed(code, Buffer.from(reason).toString()),
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

function linkOf<Entry>(socket: uWS.WebSocket<SocketData<Entry>>): Link<Entry> {
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
