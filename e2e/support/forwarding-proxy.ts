/** A proxy as relays stand behind: it tells for whom it asks. */
import { once } from "node:events";
import { type AddressInfo, connect, createServer } from "node:net";

const REQUEST_LINE = /^((?:GET|HEAD) [^\r\n]* HTTP\/1\.1\r\n)/;

/** @param client the address that it claims to speak for, in `X-Forwarded-For` */
export async function forwardingProxy(
  port: number,
  client: string,
): Promise<{ readonly port: number; close(): void }> {
  const server = createServer((downstream) => {
    const upstream = connect(port, "localhost");
    // Requests begin a packet each: browsers and `ws` send no second one before the first is answered.
    downstream.on("data", (chunk) => {
      const text = chunk.toString("latin1");
      const headed = text.replace(REQUEST_LINE, `$1X-Forwarded-For: ${client}\r\n`);
      upstream.write(Buffer.from(headed, "latin1"));
    });
    upstream.pipe(downstream);
    downstream.on("close", () => upstream.destroy()).on("error", () => upstream.destroy());
    upstream.on("close", () => downstream.destroy()).on("error", () => downstream.destroy());
  });
  server.listen(0, "localhost");
  await once(server, "listening");
  return { port: (server.address() as AddressInfo).port, close: () => server.close() };
}
