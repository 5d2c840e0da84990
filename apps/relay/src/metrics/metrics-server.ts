/**
 * `/metrics` on an address of its own, so that it need not be public. It requires no token: any client that can reach the address may
 * read the metrics, which name no person. On a loopback address it refuses web pages, as the relay does.
 */
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import { isLoopback, trustedAuthority } from "@screen-share/protocol";
import { listen } from "../transport/listen.ts";
import type { Metrics } from "./metrics.ts";

/** A scrape is one short request: a client that takes longer to send it is no monitoring. */
const REQUEST_TIMEOUT_MS = 10_000;
/** How often that is checked. Node.js checks only every 30 s by default. */
const CHECK_INTERVAL_MS = 2000;
/** Prometheus scrapes once per minute by default, and may reuse its connection. */
const KEEP_ALIVE_MS = 75_000;
/** More than a few monitoring programs need; each uses one or two. */
const MAX_CONNECTIONS = 50;

export interface MetricsServer {
  readonly port: number;
  close(): Promise<void>;
}

/** @throws Error in plain words if the address cannot be listened on */
export async function startMetricsServer(options: {
  readonly host: string;
  /** 0 for any free port. */
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
  const boundPort = await listen(server, { host, port, purpose: "for metrics" });

  async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const isLocal = isLoopback(request.socket.localAddress ?? "");
    if (isLocal && trustedAuthority(request.headers.host ?? "") === undefined) {
      return end(response, 403, "These metrics are for this machine only: use localhost.\n");
    }
    if (request.url?.split("?")[0] !== "/metrics") {
      return end(response, 404, "Only /metrics is served here.\n");
    }
    if (request.method !== "GET" && request.method !== "HEAD") {
      return end(response, 405, "Only GET and HEAD are supported.\n");
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
