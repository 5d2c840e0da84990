/**
 * The transport on uWebSockets.js; the only file that loads it. The library's buffers are invalid after a handler returns, so what must
 * outlive it is copied.
 */
import { createRequire } from "node:module";
import { PRODUCER_PATH, type Role, SUBPROTOCOL, VIEWER_PATH } from "@screen-share/protocol";
import type * as uWS from "@uwsjs/core";
import type { HttpRequest } from "../http/reply.ts";
import { LargeMessages } from "./large-messages.ts";
import {
  CLOSING_GRACE_MS,
  IDLE_TIMEOUT_S,
  MAX_BACKPRESSURE_BYTES,
  MAX_HEADER_BYTES,
  maxPayloadBytes,
} from "./limits.ts";
import { checkPort, listenError } from "./listen.ts";
import { addHeader, offersOurProtocol, replyTo } from "./requests.ts";
import type { ServerOptions, StartServer, WebSocketRequest } from "./transport.ts";
import { UwsResponses } from "./uws-responses.ts";
import { UwsSocket } from "./uws-socket.ts";
import { type WebSocketEvents, WebSockets } from "./web-sockets.ts";

// biome-ignore lint/style/noProcessEnv: not a setting of ours. The library reads it once, when it is loaded.
process.env.UWS_HTTP_MAX_HEADERS_SIZE = String(MAX_HEADER_BYTES);
const library = loadLibrary();

/** How often the memory of unfinished messages is compared with its limit, ms. */
const MEMORY_CHECK_MS = 25;

/** What the library keeps with a WebSocket. */
interface SocketData {
  readonly request: WebSocketRequest;
  /** Both are set when it opens. */
  events?: WebSocketEvents;
  socket?: UwsSocket;
}

export const startUwsServer: StartServer = async (options: ServerOptions) => {
  const { host, port, descriptors } = options;
  const app = library.App();
  const webSockets = new WebSockets(options);
  const responses = new UwsResponses(options);
  const large = new LargeMessages(
    {
      maxBytes: options.maxUnfinishedBytes,
      messageBytes: maxPayloadBytes(options.maxBytes.producer),
    },
    unaccountedBytes,
    () => webSockets.heldBytes,
  );
  handleWebSockets(app, { webSockets, options, role: "producer", large });
  handleWebSockets(app, { webSockets, options, role: "viewer" });
  const memoryCheck = setInterval(() => large.check(options.now()), MEMORY_CHECK_MS);
  /** Refused connections whose ends the library has not reported yet. */
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
    let aborted = false;
    res.onAborted(() => {
      aborted = true;
    });
    void replyTo(request, options).then((reply) => {
      if (!aborted) res.cork(() => responses.write(res, request, reply));
    });
  });
  // The library's own option for an exclusive port would also refuse it right after a restart.
  await checkPort(options);
  const listening = await new Promise<uWS.us_listen_socket | false>((resolve) => {
    app.listen(host, port, resolve);
  });
  if (!listening) throw listenError(options);
  return {
    port: library.us_socket_local_port(listening),
    tick: () => webSockets.tick(),
    close: async (code, reason) => {
      clearInterval(memoryCheck);
      large.closing();
      library.us_listen_socket_close(listening);
      webSockets.close(code, reason);
      await new Promise((done) => setTimeout(done, CLOSING_GRACE_MS));
      app.close();
    },
  };
};

function handleWebSockets(
  app: uWS.TemplatedApp,
  {
    webSockets,
    options,
    role,
    large,
  }: {
    readonly webSockets: WebSockets;
    readonly options: ServerOptions;
    readonly role: Role;
    /** Undefined if no message of this role is large. */
    readonly large?: LargeMessages;
  },
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
      const plain = !offersOurProtocol(request);
      // At once: a later upgrade, outside of a `cork`, reads freed memory in this build of the library (uWebSockets#1928).
      res.upgrade<SocketData>(
        { request: { role, plain, request } },
        request.headers.get("sec-websocket-key") ?? "",
        plain ? "" : SUBPROTOCOL,
        "",
        context,
      );
    },
    open: (webSocket) => {
      const data = webSocket.getUserData();
      const socket = new UwsSocket(webSocket, large, options.now);
      const opened = webSockets.open(data.request, socket);
      data.socket = socket;
      data.events = opened;
      const refusal = socket.report(opened);
      if (refusal) opened.peer.close(refusal.closeCode, refusal.message);
    },
    message: (webSocket, message, isBinary) => {
      eventsOf(webSocket).received(new Uint8Array(message), isBinary);
      if (large) webSocket.getUserData().socket?.finished();
    },
    // The library has already replied.
    ping: (webSocket, payload) => void eventsOf(webSocket).pinged(payload.byteLength),
    pong: (webSocket, payload) => eventsOf(webSocket).ponged(Buffer.from(payload).toString()),
    drain: (webSocket) => {
      if (webSocket.getBufferedAmount() > 0) return;
      const events = eventsOf(webSocket);
      // Not at once: the library sends only the start of a large message sent within this handler (uSockets' us_socket_write2 does not request
      // another call).
      setImmediate(() => events.drained());
    },
    close: (webSocket, code, reason) => {
      webSocket.getUserData().socket?.closed();
      eventsOf(webSocket).closed(code, Buffer.from(reason).toString());
    },
  });
}

function eventsOf(webSocket: uWS.WebSocket<SocketData>): WebSocketEvents {
  const { events } = webSocket.getUserData();
  if (!events) throw new Error("an event arrived before the WebSocket was open");
  return events;
}

function readRequest(res: uWS.HttpResponse, req: uWS.HttpRequest): HttpRequest {
  const headers = new Map<string, string>();
  req.forEach((name, value) => {
    addHeader(headers, name, value);
  });
  return {
    method: req.getMethod().toUpperCase(),
    path: req.getUrl(),
    query: new URLSearchParams(req.getQuery()),
    headers,
    remoteAddress: Buffer.from(res.getRemoteAddressAsText()).toString(),
  };
}

/** The memory of this process that belongs neither to JavaScript's heap nor to its buffers, bytes. */
function unaccountedBytes(): number {
  const { rss, heapTotal, external } = process.memoryUsage();
  return rss - heapTotal - external;
}

/** Upstream's current release has builds for Node 22, 24 and 26. An older one, in another package, also supports Node 20. */
function loadLibrary(): typeof uWS {
  // Not `import`: if it fails, Node 20 also leaves an unhandled rejection.
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
