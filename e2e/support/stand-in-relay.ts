/** A relay that does whatever a test wants of it, with the built page: for what a real one does rarely, or only in trouble. */
import { once } from "node:events";
import { readFile } from "node:fs/promises";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import path from "node:path";
import { fileURLToPath } from "node:url";
import {
  CLOSINGS,
  type ClosingReason,
  encodeControl,
  parseViewerMessage,
  type ToViewerMessage,
  type ViewerMessage,
} from "@screen-share/protocol";
import { type WebSocket, WebSocketServer } from "ws";

const VIEWER = fileURLToPath(new URL("../../apps/viewer/out", import.meta.url));
const TYPES: Readonly<Record<string, string>> = {
  ".css": "text/css",
  ".html": "text/html",
  ".js": "text/javascript",
  ".svg": "image/svg+xml",
};

type Hello = Extract<ViewerMessage, { type: "hello" }>;

export class StandInRelay {
  readonly hellos: Hello[] = [];
  /** What becomes of whoever wants a WebSocket: it is given one, left without an answer, or cut off. */
  upgrades: "accepted" | "unanswered" | "cut" = "accepted";
  /** What is said to whoever has said hello. */
  greet: (socket: WebSocket, hello: Hello) => void = () => {};
  readonly #server = createServer((request, response) => {
    const { pathname } = new URL(request.url ?? "/", "http://localhost");
    const name = pathname === "/" ? "/index.html" : pathname;
    readFile(path.join(VIEWER, name)).then(
      (bytes) => {
        response.setHeader("Content-Type", TYPES[path.extname(name)] ?? "text/plain");
        response.end(bytes);
      },
      () => response.writeHead(404).end(),
    );
  });
  readonly #sockets = new WebSocketServer({ noServer: true });

  /** Resolves once it listens, on a port of its own. */
  static async start(greet: StandInRelay["greet"] = () => {}): Promise<StandInRelay> {
    const relay = new StandInRelay();
    relay.greet = greet;
    await relay.#listen();
    return relay;
  }

  get port(): number {
    return (this.#server.address() as AddressInfo).port;
  }

  stop(): void {
    for (const client of this.#sockets.clients) client.terminate();
    this.#server.close();
    this.#server.closeAllConnections();
  }

  async #listen(): Promise<void> {
    this.#server.on("upgrade", (request, socket, head) => {
      if (this.upgrades === "unanswered") return;
      if (this.upgrades === "cut") return socket.destroy();
      this.#sockets.handleUpgrade(request, socket, head, (client) => this.#met(client));
    });
    this.#server.listen(0, "localhost");
    await once(this.#server, "listening");
  }

  #met(client: WebSocket): void {
    client.on("message", (data, isBinary) => {
      if (isBinary) return;
      const message = parseViewerMessage(data.toString());
      if (message.type !== "hello") return;
      this.hellos.push(message);
      this.greet(client, message);
    });
  }
}

/** Lets a viewer in, and tells it these. */
export function letIn(...messages: readonly ToViewerMessage[]): StandInRelay["greet"] {
  return (socket, { room }) => {
    for (const message of [{ type: "welcome", room } as const, ...messages]) {
      socket.send(encodeControl(message));
    }
  };
}

/** Closes on a viewer for a typed reason (P-43). */
export function turnAwayFor(reason: ClosingReason, detail = ""): StandInRelay["greet"] {
  const { code, text } = CLOSINGS[reason];
  return (socket) => {
    socket.send(encodeControl({ type: "closing", reason }));
    socket.close(code, text + detail);
  };
}

/** Closes on a viewer. */
export function turnAway(code: number, reason = ""): StandInRelay["greet"] {
  return (socket) => socket.close(code, reason);
}
