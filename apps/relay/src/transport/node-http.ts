/** HTTP on node:http: requests become values, and values responses. */
import { createServer, type IncomingMessage, type Server, ServerResponse } from "node:http";
import type { Socket as TcpSocket } from "node:net";
import type { HeldBytes } from "../core/held-bytes.ts";
import type { HttpRequest, HttpStream, StreamSource, WholeReply } from "../http/reply.ts";
import { answerTo, hasBody } from "./bodies.ts";
import { HTTP_IDLE_MS, MAX_HEADER_BYTES, MAX_HEADER_LINES } from "./limits.ts";
import { listen } from "./listen.ts";
import type { ServerOptions } from "./transport.ts";

/** Requests that may wait on one connection until those before them are answered. */
const MAX_PIPELINED = 1000;
/** How often connections are looked at for a request that has not arrived whole, ms. */
const CHECK_MS = 2000;

type HttpOptions = Pick<
  ServerOptions,
  "host" | "port" | "answer" | "streamed" | "traffic" | "held" | "descriptors"
>;

/** What a connection is busy with. */
interface Turn {
  waiting: number;
  /** No further request of this connection is answered. */
  last: boolean;
  done: Promise<void>;
}

export class NodeHttp {
  readonly server: Server;
  /** Those that may stay, and are no WebSockets. */
  readonly #connections = new WeakSet<TcpSocket>();
  readonly #turns = new WeakMap<TcpSocket, Turn>();

  constructor(private readonly options: HttpOptions) {
    this.server = createServer({
      maxHeaderSize: MAX_HEADER_BYTES,
      headersTimeout: HTTP_IDLE_MS,
      requestTimeout: HTTP_IDLE_MS,
      keepAliveTimeout: HTTP_IDLE_MS,
      connectionsCheckingInterval: CHECK_MS,
      // The host is judged by the relay itself.
      requireHostHeader: false,
    });
    this.server.maxHeadersCount = MAX_HEADER_LINES;
    this.server.on("connection", (tcp) => this.#accepted(tcp));
    this.server.on("request", (incoming, response) => this.#enqueue(incoming, response));
  }

  /** @throws Error in plain words if the address cannot be listened on */
  listen(): Promise<number> {
    return listen(this.server, this.options);
  }

  /** Stops listening. Resolves when all connections are closed. */
  close(): Promise<void> {
    return new Promise((resolve) => this.server.close(() => resolve()));
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

  /** A connection is no longer one of HTTP. */
  upgraded(tcp: TcpSocket): void {
    if (this.#connections.delete(tcp)) this.options.descriptors.upgraded();
  }

  /** Answers a request that asks for an upgrade that there is not: as if it had not asked. */
  answerUpgrade(incoming: IncomingMessage, tcp: TcpSocket): void {
    const response = new ServerResponse(incoming);
    response.shouldKeepAlive = false;
    response.assignSocket(tcp);
    tcp.on("error", () => tcp.destroy());
    tcp.setTimeout(HTTP_IDLE_MS, () => tcp.destroy());
    response.once("finish", () => tcp.destroySoon());
    this.#enqueue(incoming, response);
  }

  /** One request of a connection is answered at a time. Requests whose answers the client does not read end the connection. */
  #enqueue(incoming: IncomingMessage, response: ServerResponse): void {
    const { socket } = incoming;
    const turn = this.#turns.get(socket) ?? {
      waiting: 0,
      last: false,
      done: Promise.resolve(),
    };
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
    const reply = await answerTo(request, this.options);
    if (response.destroyed || response.socket?.destroyed) return;
    const { method } = request;
    const wrote = (bytes: number) => this.options.traffic?.delivered("http", bytes);
    const { held } = this.options;
    if (!("begin" in reply)) return writeReply(response, reply, { method, wrote, held });
    response.writeHead(reply.status, reply.headers);
    if (method === "HEAD") response.end();
    else {
      turn.last = true;
      const ended = (source: StreamSource) => this.options.streamed(request, source);
      stream(response, reply, { wrote, ended });
    }
  }
}

/** A request as a value. */
export function readRequest(incoming: IncomingMessage): HttpRequest {
  const { method = "", url = "", rawHeaders, socket } = incoming;
  const headers = new Map<string, string>();
  for (let i = 0; i + 1 < rawHeaders.length; i += 2) {
    const name = rawHeaders[i]?.toLowerCase() ?? "";
    const value = rawHeaders[i + 1] ?? "";
    const known = headers.get(name);
    headers.set(name, known === undefined ? value : `${known}, ${value}`);
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

function writeReply(
  response: ServerResponse,
  reply: WholeReply,
  {
    method,
    wrote,
    held,
  }: {
    readonly method: string;
    readonly wrote: (bytes: number) => void;
    readonly held: HeldBytes;
  },
): void {
  const body = "body" in reply ? reply.body : undefined;
  const length = "body" in reply ? Buffer.byteLength(reply.body) : reply.bodyLength;
  const bare = body === undefined || method === "HEAD";
  // As with the other adapter, a response without a body is the last of its connection.
  if (bare) response.shouldKeepAlive = false;
  response.writeHead(reply.status, { ...reply.headers, "Content-Length": length });
  if (bare) response.end();
  else {
    wrote(length);
    response.end(body);
    if (typeof body === "string" || response.writableLength === 0) return;
    // Others may be sent the same body; an old snapshot is held for its readers alone.
    const holder = { cutOff: () => void response.destroy() };
    response.once("close", () => held.release(holder));
    held.hold(holder, { ownBytes: 0, shared: body });
  }
}

/** Passes on what was written; otherwise it is held back until the end of the turn of the event loop. Node 26 holds it in the response. */
function sendNow(response: ServerResponse): void {
  while (response.writableCorked > 0) response.uncork();
  response.socket?.uncork();
}

function stream(
  response: ServerResponse,
  reply: HttpStream,
  {
    wrote,
    ended,
  }: {
    readonly wrote: (bytes: number) => void;
    readonly ended: (source: StreamSource) => void;
  },
): void {
  let open = true;
  let behind = false;
  let source: StreamSource | undefined;
  const written = () => {
    if (!open || !behind || response.writableLength > 0) return;
    behind = false;
    source?.drained();
  };
  const over = () => {
    open = false;
    if (source) ended(source);
  };
  const write = (bytes: Uint8Array): boolean => {
    if (!open) return false;
    wrote(bytes.length);
    response.write(bytes, written);
    sendNow(response);
    behind = response.writableLength > 0;
    return !behind;
  };
  const end = () => {
    if (!open) return;
    response.end();
    over();
  };
  const drop = () => {
    if (!open) return;
    over();
    response.destroy();
  };
  response.once("close", () => {
    if (!open) return;
    source?.ended();
    over();
  });
  source = reply.begin({ write, end, drop });
}
