/** A TCP proxy that rewrites the head of each HTTP request, as reverse proxies do. */
import { once } from "node:events";
import { type AddressInfo, connect, createServer } from "node:net";

export interface RewritingProxy {
  readonly port: number;
  close(): void;
}

/**
 * @param rewrite returns what goes to the server in place of the first packet of a request; undefined closes the connection. Browsers and
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
  server.listen(0, "localhost");
  await once(server, "listening");
  return { port: (server.address() as AddressInfo).port, close: () => server.close() };
}
