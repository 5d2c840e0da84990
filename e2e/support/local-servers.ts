/** Small servers: a host of static files, a page of another origin, and a proxy that rewrites requests. */

import { readFile } from "node:fs/promises";
import { createServer, type RequestListener, type ServerResponse } from "node:http";
import net from "node:net";
import path from "node:path";
import { listen } from "./ports.ts";

const TYPES: Readonly<Record<string, string>> = {
  ".css": "text/css",
  ".html": "text/html; charset=utf-8",
  ".js": "text/javascript",
  ".svg": "image/svg+xml",
  ".woff2": "font/woff2",
};

interface HeaderRule {
  /** For the rules that we have, `path-to-regexp` returns the same: a regular expression for the whole path. */
  readonly source: string;
  readonly headers: readonly { readonly key: string; readonly value: string }[];
}

export interface LocalServer {
  readonly port: number;
  close(): void;
}

/** Sends the file of a folder that a path names, or its 404.html. @param isGone whether the file must not be found */
export async function sendFile(
  response: ServerResponse,
  { folder, pathname, isGone = false }: { folder: string; pathname: string; isGone?: boolean },
): Promise<void> {
  const name = pathname === "/" ? "/index.html" : pathname;
  const found = isGone ? undefined : await readFile(path.join(folder, name)).catch(() => undefined);
  const type = TYPES[found ? path.extname(name) : ".html"];
  response.writeHead(found ? 200 : 404, { "Content-Type": type ?? "text/plain" });
  response.end(found ?? (await readFile(path.join(folder, "404.html"))));
}

/** Serves a folder on a free port of 127.0.0.1. */
export async function serveFolder(folder: string, configFile: string): Promise<LocalServer> {
  const rules: readonly HeaderRule[] = JSON.parse(await readFile(configFile, "utf8")).headers;
  const handler: RequestListener = (request, response) => {
    const { pathname } = new URL(request.url ?? "/", "http://localhost");
    for (const { source, headers } of rules) {
      if (!new RegExp(`^${source}$`).test(pathname)) continue;
      for (const { key, value } of headers) response.setHeader(key, value);
    }
    void sendFile(response, { folder, pathname });
  };
  return await serve(handler, "127.0.0.1");
}

async function serve(handler: RequestListener, host?: string): Promise<LocalServer> {
  const server = createServer(handler);
  const close = () => {
    server.close();
    server.closeAllConnections();
  };
  return { port: await listen(server, host), close };
}

export type ForeignPage = Awaited<ReturnType<typeof foreignPage>>;

/** A page of another origin than the relay's. Its HTML and headers are the answer to every request. */
export async function foreignPage() {
  const { port, close } = await serve((_, response) => {
    response.writeHead(200, { "Content-Type": "text/html; charset=utf-8", ...page.headers });
    response.end(page.html);
  });
  const headers: Readonly<Record<string, string>> = {};
  const page = { origin: `http://localhost:${port}`, html: "", headers, close };
  return page;
}

/** @param rewrite returns what the server receives instead of a packet, which has the head of a request. Undefined closes the connection */
export async function rewritingProxy(
  port: number,
  rewrite: (packet: string) => string | undefined,
): Promise<LocalServer> {
  const server = net.createServer((downstream) => {
    const upstream = net.connect(port, "localhost");
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
