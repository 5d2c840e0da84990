/**
 * `/metrics` on an address of its own, so that it can be kept from the public. It asks for no token: whoever reaches the address may
 * read the figures, which name nobody. Where it is loopback, web pages are kept out as from the relay itself.
 */
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { Metrics } from "./metrics.ts";

/** A page that has its own name point here (DNS rebinding) says that name. */
const LOOPBACK_HOST = /^(localhost|127\.0\.0\.1|\[::1\])(:\d+)?$/i;
const LOOPBACK_ADDRESS = /^(127\.|::1$|::ffff:127\.)/;

/** A request is a few lines: whoever takes longer to send one is no monitoring. */
const REQUEST_TIMEOUT_MS = 10_000;
/** How often that is checked. Node.js does so only every 30 s by default. */
const CHECK_INTERVAL_MS = 2000;
/** Prometheus asks once a minute by default, and may do so over one connection. */
const KEEP_ALIVE_MS = 75_000;
/** More than a few monitoring programs need; each holds one or two. */
const MAX_CONNECTIONS = 50;

export interface MetricsServer {
  readonly port: number;
  close(): Promise<void>;
}

/** @throws Error in plain words if the address cannot be listened on */
export async function startMetricsServer(options: {
  readonly host: string;
  /** 0 for any free one. */
  readonly port: number;
  readonly metrics: Metrics;
}): Promise<MetricsServer> {
  const { host, port, metrics } = options;
  const timeouts = {
    headersTimeout: REQUEST_TIMEOUT_MS,
    requestTimeout: REQUEST_TIMEOUT_MS,
    connectionsCheckingInterval: CHECK_INTERVAL_MS,
    keepAliveTimeout: KEEP_ALIVE_MS,
  };
  const server = createServer(timeouts, (request, response) => {
    void answer(request, response).catch((error: Error) => response.destroy(error));
  });
  server.maxConnections = MAX_CONNECTIONS;
  await new Promise<void>((resolve, reject) => {
    server.once("error", ({ code }: NodeJS.ErrnoException) => {
      const why = code === "EADDRINUSE" ? "is taken already" : `cannot be listened on (${code})`;
      reject(new Error(`port ${port} of ${host}, for metrics, ${why}`));
    });
    server.listen({ host, port }, resolve);
  });
  const address = server.address();
  const boundPort = typeof address === "object" && address ? address.port : port;

  async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const local = LOOPBACK_ADDRESS.test(request.socket.localAddress ?? "");
    if (local && !LOOPBACK_HOST.test(request.headers.host ?? "")) {
      return end(response, 403, "Metrics of this machine alone: ask for them at localhost.\n");
    }
    if (request.url?.split("?")[0] !== "/metrics") {
      return end(response, 404, "There is only /metrics here.\n");
    }
    if (request.method !== "GET" && request.method !== "HEAD") {
      return end(response, 405, "Only GET and HEAD are answered here.\n");
    }
    return end(response, 200, await metrics.text(), metrics.contentType);
  }

  return {
    port: boundPort,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

function end(
  response: ServerResponse,
  status: number,
  text: string,
  type = "text/plain; charset=utf-8",
): void {
  response.writeHead(status, { "Content-Type": type, "Cache-Control": "no-store" }).end(text);
}
