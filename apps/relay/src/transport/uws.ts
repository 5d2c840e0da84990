/**
 * The transport on uWebSockets.js, and the one file that loads it. Buffers of the library are gone after a handler returns: keep
 * copies. Responses are written by uws-responses.ts.
 */

import { createRequire } from "node:module";
import { PRODUCER_PATH, SUBPROTOCOL, VIEWER_PATH } from "@screen-share/protocol";
import type * as uWS from "@uwsjs/core";
import type { HttpRequest, StreamSource } from "../http/reply.ts";
import { answerTo, hasBody } from "./bodies.ts";
import { LargeMessages } from "./large-messages.ts";
import {
  IDLE_TIMEOUT_S,
  MAX_BACKPRESSURE_BYTES,
  MAX_HEADER_BYTES,
  maxPayloadBytes,
} from "./limits.ts";
import { Links, type SocketEvents } from "./links.ts";
import { checkPort, listenError } from "./listen.ts";
import { offersOurProtocol } from "./subprotocol.ts";
import type { Connection, Role, ServerOptions, StartServer } from "./transport.ts";
import { beginStream, writeReply } from "./uws-responses.ts";
import { UwsSocket } from "./uws-socket.ts";

// biome-ignore lint/style/noProcessEnv: not a setting of ours. The library reads it once, when it is loaded.
process.env.UWS_HTTP_MAX_HEADERS_SIZE = String(MAX_HEADER_BYTES);
const library = loadLibrary();

/** How long clients have to read the reason before their sockets are dropped, ms. */
const CLOSING_GRACE_MS = 300;

/** How often the memory of unfinished messages is compared with its limit, ms. */
const MEMORY_CHECK_MS = 25;

/** What the library keeps with a WebSocket. */
interface SocketData {
  readonly connection: Connection;
  /** Set when it opens. */
  link?: SocketEvents;
  socket?: UwsSocket;
}

export const startUwsServer: StartServer = async (options: ServerOptions) => {
  const { host, port } = options;
  const app = library.App();
  const links = new Links(options);
  const { maxUnfinishedBytes: maxBytes } = options;
  const messageBytes = maxPayloadBytes(options.maxBytes.producer);
  const large = new LargeMessages(
    { maxBytes, messageBytes },
    memoryBeyondAccounts,
    () => links.heldBytes,
  );
  webSockets(app, { links, options, large }, "producer");
  webSockets(app, { links, options }, "viewer");
  const memoryCheck = setInterval(() => large.check(options.now()), MEMORY_CHECK_MS);
  const { descriptors } = options;
  /** Connections that were refused: their ends are not counted. */
  let refused = 0;
  // biome-ignore lint/suspicious/useIterableCallbackReturn: the library's `filter` has nothing to do with arrays.
  app.filter((res, count) => {
    if (Number(count) > 0) {
      if (descriptors.opened()) return;
      refused++;
      res.close();
    } else if (refused > 0) refused--;
    else descriptors.closed();
  });
  app.any("/*", (res, req) => {
    const request = readRequest(res, req);
    const { method } = request;
    const wrote = (bytes: number) => options.traffic?.delivered("http", bytes);
    const { held } = options;
    whenSettled(res, answerTo(request, options), (reply) => {
      res.cork(() => {
        const last = hasBody(request);
        if (!("begin" in reply)) return writeReply(res, reply, { method, wrote, held, last });
        const ended = (source: StreamSource) => options.streamed(request, source);
        beginStream(res, reply, { method, wrote, held, ended });
      });
    });
  });
  // The library's own option for an exclusive port would refuse it right after a restart, too.
  await checkPort(options);
  const listening = await new Promise<uWS.us_listen_socket | false>((resolve) => {
    app.listen(host, port, resolve);
  });
  if (!listening) throw listenError(options);
  return {
    port: library.us_socket_local_port(listening),
    tick: () => links.tick(),
    close: async (code, reason) => {
      clearInterval(memoryCheck);
      large.closing();
      library.us_listen_socket_close(listening);
      links.close(code, reason);
      await new Promise((done) => setTimeout(done, CLOSING_GRACE_MS));
      app.close();
    },
  };
};

function webSockets(
  app: uWS.TemplatedApp,
  {
    links,
    options,
    large,
  }: {
    readonly links: Links;
    readonly options: ServerOptions;
    /** Undefined if no message is large. */
    readonly large?: LargeMessages;
  },
  role: Role,
): void {
  app.ws<SocketData>(role === "producer" ? PRODUCER_PATH : VIEWER_PATH, {
    compression: library.DISABLED,
    maxPayloadLength: maxPayloadBytes(options.maxBytes[role]),
    maxBackpressure: MAX_BACKPRESSURE_BYTES,
    idleTimeout: IDLE_TIMEOUT_S[role],
    sendPingsAutomatically: true,
    upgrade: (res, req, context) => {
      const request = readRequest(res, req);
      options.descriptors.upgraded();
      const plain = !offersOurProtocol(request.headers.get("sec-websocket-protocol"));
      // At once: an upgrade later on, out of a `cork`, reads freed memory in this build of the library (uWebSockets#1928).
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
      const ours = new UwsSocket(socket, large, options.now);
      const link = links.open(data.connection, ours);
      data.socket = ours;
      data.link = link;
      const refusal = ours.carry(link);
      if (refusal) link.peer.close(refusal.code, refusal.reason);
    },
    message: (socket, message, isBinary) => {
      linkOf(socket).received(new Uint8Array(message), isBinary);
      socket.getUserData().socket?.finished();
    },
    // The library has answered it already.
    ping: (socket, payload) => void linkOf(socket).pinged(payload.byteLength),
    pong: (socket, payload) => linkOf(socket).ponged(Buffer.from(payload).toString()),
    drain: (socket) => {
      if (socket.getBufferedAmount() > 0) return;
      const link = linkOf(socket);
      // Not at once: of a large message that is sent within this handler the library sends only the beginning (uSockets' us_socket_write2
      // does not ask to be called again).
      setImmediate(() => link.drained());
    },
    close: (socket, code, reason) => {
      socket.getUserData().socket?.over();
      linkOf(socket).closed(code, Buffer.from(reason).toString());
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

function linkOf(socket: uWS.WebSocket<SocketData>): SocketEvents {
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

/** Of the memory of this process, what neither JavaScript nor its buffers account for, bytes. */
function memoryBeyondAccounts(): number {
  const { rss, heapTotal, external } = process.memoryUsage();
  return rss - heapTotal - external;
}

/** Upstream's current release has builds for Node 22, 24 and 26; an older one, in another package, has one for Node 20, too. */
function loadLibrary(): typeof uWS {
  // Not `import`: in Node 20 one that fails also leaves an unhandled rejection.
  const require = createRequire(import.meta.url);
  try {
    return require("@uwsjs/core");
  } catch (error) {
    try {
      return require("uWebSockets.js");
    } catch {
      throw error;
    }
  }
}
