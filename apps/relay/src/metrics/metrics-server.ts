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
const TIMEOUTS = {
  headersTimeout: REQUEST_TIMEOUT_MS,
  requestTimeout: REQUEST_TIMEOUT_MS,
  // Node.js checks these only every 30 s by default.
  connectionsCheckingInterval: 2000,
  // Prometheus scrapes once per minute by default, and may reuse its connection.
  keepAliveTimeout: 75_000,
} as const;
/** More than a few monitoring programs need; each uses one or two. */
const MAX_CONNECTIONS = 50;

/** @param address port 0 is any free port. @throws Error in plain words if it cannot be listened on */
export async function startMetricsServer(
  address: { readonly host: string; readonly port: number },
  metrics: Metrics,
): Promise<{ readonly port: number; close(): Promise<void> }> {
  const server = createServer(TIMEOUTS, (request, response) => {
    void answer(request, response).catch((error: Error) => response.destroy(error));
  });
  server.maxConnections = MAX_CONNECTIONS;
  const port = await listen(server, { ...address, purpose: "for metrics" });

  async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const [status, problem] = refusal(request) ?? [200];
    const type = problem ? "text/plain; charset=utf-8" : metrics.contentType;
    response.writeHead(status, { "Content-Type": type, "Cache-Control": "no-store" });
    response.end(problem ? `${problem}\n` : await metrics.text());
  }

  return {
    port,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

function refusal({ socket, headers, url, method }: IncomingMessage): [number, string] | undefined {
  const isLocal = isLoopback(socket.localAddress ?? "");
  if (isLocal && trustedAuthority(headers.host ?? "") === undefined) {
    return [403, "These metrics are for this machine only: use localhost."];
  }
  if (url?.split("?")[0] !== "/metrics") return [404, "Only /metrics is served here."];
  if (method !== "GET" && method !== "HEAD") return [405, "Only GET and HEAD are supported."];
  return undefined;
}
