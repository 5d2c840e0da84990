/** The built viewer's files, and a relay for them that records what it is told and lets in one token. */
import { once } from "node:events";
import { readFile } from "node:fs/promises";
import { createServer, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import path from "node:path";
import { fileURLToPath } from "node:url";
import {
  CLOSINGS,
  encodeControl,
  parseViewerMessage,
  type ViewerMessage,
} from "@screen-share/protocol";
import { WebSocketServer } from "ws";

const VIEWER = fileURLToPath(new URL("../../apps/viewer/out", import.meta.url));
const TYPES: Readonly<Record<string, string>> = {
  ".css": "text/css",
  ".html": "text/html",
  ".js": "text/javascript",
  ".svg": "image/svg+xml",
};
/** What opens every room here. */
export const GOOD = "eyJhbGciOiJIUzI1NiJ9.good_token-of-this-test.c2ln";

export type Hello = Extract<ViewerMessage, { type: "hello" }>;

/** Serves the built viewer, lets in a viewer that shows `GOOD`, and closes with 4401 on any other. */
export class PageStandIn {
  readonly hellos: Hello[] = [];
  /** Whether pages come with their policy as a header too, as the relay sends it; a plain file server sends none. */
  policyHeader = true;
  /** Files that are not there any more, as after an upgrade. */
  gone: RegExp | undefined;
  readonly #server: Server;

  constructor() {
    this.#server = createServer((request, response) => {
      const [pathname = "/"] = request.url?.split("?") ?? [];
      void this.#serve(pathname === "/" ? "/index.html" : pathname, response);
    });
    new WebSocketServer({ server: this.#server }).on("connection", (socket) => {
      socket.on("message", (data) => {
        const message = parseViewerMessage(data.toString());
        if (message.type !== "hello") return;
        this.hellos.push(message);
        if (message.token !== GOOD) {
          socket.send(encodeControl({ type: "closing", reason: "expired" }));
          return socket.close(CLOSINGS.expired.code, CLOSINGS.expired.text);
        }
        socket.send(encodeControl({ type: "welcome", room: message.room }));
        socket.send(encodeControl({ type: "producer", state: "offline", since: 0 }));
      });
    });
  }

  async #serve(name: string, response: ServerResponse): Promise<void> {
    const read = async (name: string) => await readFile(path.join(VIEWER, name));
    const found = this.gone?.test(name) ? undefined : await read(name).catch(() => undefined);
    const bytes = found ?? (await read("404.html"));
    const isPage = !found || name.endsWith(".html");
    const policy = /http-equiv="Content-Security-Policy" content="([^"]*)"/.exec(`${bytes}`);
    if (this.policyHeader && policy?.[1] && isPage) {
      response.setHeader("Content-Security-Policy", `${policy[1]}; frame-ancestors 'none'`);
    }
    const type = isPage ? "text/html" : TYPES[path.extname(name)];
    response.writeHead(found ? 200 : 404, { "Content-Type": type ?? "text/plain" }).end(bytes);
  }

  async listen(): Promise<string> {
    this.#server.listen(0, "localhost");
    await once(this.#server, "listening");
    return `http://localhost:${(this.#server.address() as AddressInfo).port}/`;
  }

  close(): void {
    this.#server.close();
    this.#server.closeAllConnections();
  }
}
