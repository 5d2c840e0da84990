/** A web server of somebody else, who embeds a screen: another origin than the relay's. */
import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";

export interface ForeignPage {
  readonly origin: string;
  /** What it answers to every request. */
  html: string;
  headers: Readonly<Record<string, string>>;
  close(): void;
}

export async function foreignPage(): Promise<ForeignPage> {
  const server = createServer((_, response) => {
    response.writeHead(200, { "Content-Type": "text/html; charset=utf-8", ...page.headers });
    response.end(page.html);
  });
  server.listen(0, "localhost");
  await once(server, "listening");
  const page: ForeignPage = {
    origin: `http://localhost:${(server.address() as AddressInfo).port}`,
    html: "",
    headers: {},
    close: () => {
      server.close();
      server.closeAllConnections();
    },
  };
  return page;
}
