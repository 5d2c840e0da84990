/** A host of static files that does what `vercel.json` says, as far as it says it: files by their names, 404.html, headers. */
import { once } from "node:events";
import { readFile } from "node:fs/promises";
import { createServer, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import path from "node:path";

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

export class StaticHost {
  readonly #server: Server;

  private constructor(folder: string, rules: readonly HeaderRule[]) {
    this.#server = createServer((request, response) => {
      const { pathname } = new URL(request.url ?? "/", "http://localhost");
      for (const { source, headers } of rules) {
        if (!new RegExp(`^${source}$`).test(pathname)) continue;
        for (const { key, value } of headers) response.setHeader(key, value);
      }
      void sendFile(response, { folder, pathname });
    });
  }

  /** Serves a folder on a free port of 127.0.0.1. */
  static async start(folder: string, configFile: string): Promise<StaticHost> {
    const { headers } = JSON.parse(await readFile(configFile, "utf8"));
    const host = new StaticHost(folder, headers);
    host.#server.listen(0, "127.0.0.1");
    await once(host.#server, "listening");
    return host;
  }

  get port(): number {
    return (this.#server.address() as AddressInfo).port;
  }

  close(): void {
    this.#server.close();
    this.#server.closeAllConnections();
  }
}
