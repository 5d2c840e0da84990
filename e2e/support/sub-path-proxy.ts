/** A site of which one path leads to a relay: the path is stripped, as `location /screen/ { proxy_pass http://relay/; }` does in nginx. */
import { once } from "node:events";
import http from "node:http";
import { type AddressInfo, connect } from "node:net";

export interface SubPathProxy {
  readonly port: number;
  /** Requests for anything that is not below the path. */
  readonly elsewhere: readonly string[];
  close(): void;
}

/** @param prefix begins and ends with a slash */
export async function subPathProxy(prefix: string, relayPort: number): Promise<SubPathProxy> {
  const elsewhere: string[] = [];
  const stripped = (url = "/") => {
    if (url.startsWith(prefix)) return url.slice(prefix.length - 1);
    elsewhere.push(url);
    return undefined;
  };
  const server = http.createServer((request, response) => {
    const path = stripped(request.url);
    if (path === undefined) return response.writeHead(404).end("another page of this site\n");
    const { method, headers } = request;
    const options = { host: "127.0.0.1", port: relayPort, path, method, headers, agent: false };
    http
      .request(options, (answer) => {
        response.writeHead(answer.statusCode ?? 502, answer.headers);
        answer.pipe(response);
      })
      .on("error", () => response.destroy())
      .end();
  });
  server.on("upgrade", (request, socket) => {
    const path = stripped(request.url);
    if (path === undefined) return socket.destroy();
    const relay = connect(relayPort, "127.0.0.1");
    const { rawHeaders } = request;
    const lines = rawHeaders.flatMap((name, i) => (i % 2 ? [] : [`${name}: ${rawHeaders[i + 1]}`]));
    relay.write(`GET ${path} HTTP/1.1\r\n${lines.join("\r\n")}\r\n\r\n`);
    for (const [from, to] of [
      [relay, socket],
      [socket, relay],
    ] as const) {
      from.on("error", () => to.destroy());
      from.pipe(to);
    }
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  return {
    port: (server.address() as AddressInfo).port,
    elsewhere,
    close: () => {
      server.close();
      server.closeAllConnections();
    },
  };
}
