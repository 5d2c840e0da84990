/** HTTP on node:http: reads requests into values, and writes replies. */
import { createServer, type IncomingMessage, type Server, ServerResponse } from "node:http";
import type { Socket as TcpSocket } from "node:net";
import type { StreamSink } from "../core/mjpeg-viewer.ts";
import type { HttpRequest, HttpStream, WholeReply } from "../http/reply.ts";
import { HTTP_IDLE_MS, MAX_HEADER_BYTES, MAX_HEADER_LINES } from "./limits.ts";
import { addHeader, hasBody, replyTo } from "./requests.ts";
import { StreamResponse } from "./stream-response.ts";
import type { ServerOptions } from "./transport.ts";

/** Requests of one connection that may wait for the replies to earlier ones. */
const MAX_PIPELINED = 1000;
/** How often connections are checked for a request that has not arrived completely, ms. */
const CHECK_MS = 2000;

/** The requests of one connection. After the last, no other is replied to. */
interface Turn {
  waiting: number;
  last: boolean;
  done: Promise<void>;
}

export class NodeHttp {
  readonly server: Server;
  /** Accepted connections that are not WebSockets. */
  readonly #connections = new WeakSet<TcpSocket>();
  readonly #turns = new WeakMap<TcpSocket, Turn>();

  constructor(private readonly options: ServerOptions) {
    this.server = createServer({
      maxHeaderSize: MAX_HEADER_BYTES,
      headersTimeout: HTTP_IDLE_MS,
      requestTimeout: HTTP_IDLE_MS,
      keepAliveTimeout: HTTP_IDLE_MS,
      connectionsCheckingInterval: CHECK_MS,
      // Admission checks the host.
      requireHostHeader: false,
    });
    this.server.maxHeadersCount = MAX_HEADER_LINES;
    this.server.on("connection", (tcp) => this.#accepted(tcp));
    this.server.on("request", (incoming, response) => this.#enqueue(incoming, response));
  }

  #accepted(tcp: TcpSocket): void {
    const { descriptors } = this.options;
    if (!descriptors.opened()) {
      tcp.destroy();
      return;
    }
    this.#connections.add(tcp);
    tcp.once("close", () => {
      if (this.#connections.delete(tcp)) descriptors.closed();
    });
  }

  /** An HTTP connection has become a WebSocket. */
  upgraded(tcp: TcpSocket): void {
    if (this.#connections.delete(tcp)) this.options.descriptors.upgraded();
  }

  /** Replies to a request for an upgrade that is not offered as if it had not requested one. */
  answerUpgrade(incoming: IncomingMessage, tcp: TcpSocket): void {
    const response = new ServerResponse(incoming);
    response.shouldKeepAlive = false;
    response.assignSocket(tcp);
    tcp.on("error", () => tcp.destroy());
    tcp.setTimeout(HTTP_IDLE_MS, () => tcp.destroy());
    response.once("finish", () => tcp.destroySoon());
    this.#enqueue(incoming, response);
  }

  /** Handles one request of a connection at a time. A client that sends requests but reads no replies is disconnected. */
  #enqueue(incoming: IncomingMessage, response: ServerResponse): void {
    const { socket } = incoming;
    const turn = this.#turns.get(socket) ?? { waiting: 0, last: false, done: Promise.resolve() };
    this.#turns.set(socket, turn);
    if (turn.last) return;
    if (++turn.waiting > MAX_PIPELINED) {
      socket.destroy();
      return;
    }
    const request = readRequest(incoming);
    if (hasBody(request)) {
      turn.last = true;
      response.shouldKeepAlive = false;
    }
    turn.done = turn.done.then(async () => {
      turn.waiting--;
      if (socket.destroyed) return;
      if (socket.writableLength > 0) socket.destroy();
      else await this.#answer(request, response, turn);
    });
  }

  async #answer(request: HttpRequest, response: ServerResponse, turn: Turn): Promise<void> {
    const reply = await replyTo(request, this.options);
    if (response.destroyed || response.socket?.destroyed) return;
    const isHead = request.method === "HEAD";
    if (!("begin" in reply)) return this.#write(response, reply, isHead);
    response.writeHead(reply.status, reply.headers);
    if (isHead) response.end();
    else {
      turn.last = true;
      stream(response, reply, (sink) => new StreamResponse(request, sink, this.options));
    }
  }

  #write(response: ServerResponse, reply: WholeReply, isHead: boolean): void {
    const body = "body" in reply ? reply.body : undefined;
    const length = "body" in reply ? Buffer.byteLength(reply.body) : reply.bodyLength;
    const isBare = body === undefined || isHead;
    // As with the other adapter, a response without a body closes its connection.
    if (isBare) response.shouldKeepAlive = false;
    response.writeHead(reply.status, { ...reply.headers, "Content-Length": length });
    if (isBare) {
      response.end();
      return;
    }
    this.options.traffic?.delivered("http", length);
    response.end(body);
    if (typeof body === "string" || response.writableLength === 0) return;
    // Other clients may share this body, but an old snapshot is held for its readers alone.
    const { held } = this.options;
    const holder = { cutOff: () => void response.destroy() };
    response.once("close", () => held.release(holder));
    held.hold(holder, { ownBytes: 0, shared: body });
  }
}

export function readRequest(incoming: IncomingMessage): HttpRequest {
  const { method = "", url = "", rawHeaders, socket } = incoming;
  const headers = new Map<string, string>();
  for (let i = 0; i + 1 < rawHeaders.length; i += 2) {
    addHeader(headers, rawHeaders[i] ?? "", rawHeaders[i + 1] ?? "");
  }
  const at = url.indexOf("?");
  return {
    method: method.toUpperCase(),
    path: at < 0 ? url : url.slice(0, at),
    query: new URLSearchParams(at < 0 ? "" : url.slice(at + 1)),
    headers,
    remoteAddress: socket.remoteAddress ?? "",
  };
}

/** Sends what was written now, instead of at the end of this turn of the event loop. Node 26 buffers it in the response. */
function sendNow(response: ServerResponse): void {
  while (response.writableCorked > 0) response.uncork();
  response.socket?.uncork();
}

function stream(
  response: ServerResponse,
  reply: HttpStream,
  begin: (sink: StreamSink) => StreamResponse,
): void {
  let isBehind = false;
  const written = () => {
    if (!isBehind || response.writableLength > 0) return;
    isBehind = false;
    open.drained();
  };
  const write = (bytes: Uint8Array): boolean => {
    response.write(bytes, written);
    sendNow(response);
    isBehind = response.writableLength > 0;
    return !isBehind;
  };
  const end = () => void response.end();
  const drop = () => void response.destroy();
  const open = begin({ write, end, drop });
  response.once("close", () => open.lost());
  open.begin(reply);
}
