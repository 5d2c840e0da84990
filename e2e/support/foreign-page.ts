/** A page of another origin than the relay's, which embeds a screen. */
import { createServer } from "node:http";
import { listen } from "./ports.ts";

export interface ForeignPage {
  readonly origin: string;
  /** The answer to every request. */
  html: string;
  headers: Readonly<Record<string, string>>;
  close(): void;
}

export async function foreignPage(): Promise<ForeignPage> {
  const server = createServer((_, response) => {
    response.writeHead(200, { "Content-Type": "text/html; charset=utf-8", ...page.headers });
    response.end(page.html);
  });
  const close = () => {
    server.close();
    server.closeAllConnections();
  };
  const origin = `http://localhost:${await listen(server)}`;
  const page: ForeignPage = { origin, html: "", headers: {}, close };
  return page;
}
