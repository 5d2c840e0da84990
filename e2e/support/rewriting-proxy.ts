/** A TCP proxy that rewrites the head of each HTTP request, as reverse proxies do. */
import { connect, createServer } from "node:net";
import { listen } from "./ports.ts";

export interface RewritingProxy {
  readonly port: number;
  close(): void;
}

/**
 * @param rewrite returns what the server gets in place of the first packet of a request; undefined closes the connection. Browsers and
 *   `ws` send no second request before the first has been answered.
 */
export async function rewritingProxy(
  port: number,
  rewrite: (packet: string) => string | undefined,
): Promise<RewritingProxy> {
  const server = createServer((downstream) => {
    const upstream = connect(port, "localhost");
    const end = () => {
      downstream.destroy();
      upstream.destroy();
    };
    downstream.on("data", (chunk) => {
      const packet = rewrite(chunk.toString("latin1"));
      if (packet === undefined) end();
      else upstream.write(packet, "latin1");
    });
    upstream.pipe(downstream);
    for (const socket of [downstream, upstream]) socket.on("close", end).on("error", end);
  });
  return { port: await listen(server), close: () => server.close() };
}
