/** A host of static files that follows `vercel.json` as far as it goes: files by their names, 404.html, headers. */
import { readFile } from "node:fs/promises";
import { createServer, type ServerResponse } from "node:http";
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
  /** In this form `path-to-regexp` yields what it already is: a regular expression for the whole path. */
  readonly source: string;
  readonly headers: readonly { readonly key: string; readonly value: string }[];
}

export interface StaticHost {
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
export async function serveFolder(folder: string, configFile: string): Promise<StaticHost> {
  const rules: readonly HeaderRule[] = JSON.parse(await readFile(configFile, "utf8")).headers;
  const server = createServer((request, response) => {
    const { pathname } = new URL(request.url ?? "/", "http://localhost");
    for (const { source, headers } of rules) {
      if (!new RegExp(`^${source}$`).test(pathname)) continue;
      for (const { key, value } of headers) response.setHeader(key, value);
    }
    void sendFile(response, { folder, pathname });
  });
  const close = () => {
    server.close();
    server.closeAllConnections();
  };
  return { port: await listen(server, "127.0.0.1"), close };
}
