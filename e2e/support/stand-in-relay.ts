/** A stand-in for the relay, with the built page: it does what a real relay rarely does, and records each hello. */

import { readFileSync } from "node:fs";
import { createServer } from "node:http";
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
import { sendFile } from "./local-servers.ts";
import { listen } from "./ports.ts";

const VIEWER = fileURLToPath(new URL("../../apps/viewer/out", import.meta.url));
const POLICY = /http-equiv="Content-Security-Policy" content="([^"]*)"/;
/** The token that `onlyWithToken` accepts. */
export const GOOD = "eyJhbGciOiJIUzI1NiJ9.good_token-of-this-test.c2ln";

export type Hello = Extract<ViewerMessage, { type: "hello" }>;

export class StandInRelay {
  port = 0;
  readonly hellos: Hello[] = [];
  /** What happens to WebSocket requests. */
  upgrades: "accepted" | "unanswered" | "cut" = "accepted";
  greet: (socket: WebSocket, hello: Hello) => void = () => {};
  /** Whether pages also have their policy as a header, as from a relay but not from a plain file server. */
  policyHeader = false;
  /** Files that are missing, as after an upgrade. */
  gone: RegExp | undefined;
  readonly #server = createServer((request, response) => {
    // Damaged links make paths that no URL can have, such as "//".
    const [pathname = "/"] = request.url?.split("?") ?? [];
    const isGone = this.gone?.test(pathname) === true;
    if (this.policyHeader && !/\.(js|css|svg)$/.test(pathname)) {
      const page = path.join(VIEWER, pathname === "/" ? "index.html" : "404.html");
      const [, policy] = POLICY.exec(readFileSync(page, "utf8")) ?? [];
      response.setHeader("Content-Security-Policy", `${policy}; frame-ancestors 'none'`);
    }
    void sendFile(response, { folder: VIEWER, pathname, isGone });
  });
  readonly #sockets = new WebSocketServer({ noServer: true });

  static async start(greet: StandInRelay["greet"] = () => {}): Promise<StandInRelay> {
    const relay = new StandInRelay();
    relay.greet = greet;
    relay.#server.on("upgrade", (request, socket, head) => {
      if (relay.upgrades === "unanswered") return;
      if (relay.upgrades === "cut") return socket.destroy();
      relay.#sockets.handleUpgrade(request, socket, head, (client) => relay.#accept(client));
    });
    relay.port = await listen(relay.#server);
    return relay;
  }

  get address(): string {
    return `http://localhost:${this.port}/`;
  }

  stop(): void {
    for (const client of this.#sockets.clients) client.terminate();
    this.#server.close();
    this.#server.closeAllConnections();
  }

  #accept(client: WebSocket): void {
    client.on("message", (data, isBinary) => {
      if (isBinary) return;
      const message = parseViewerMessage(data.toString());
      if (message.type !== "hello") return;
      this.hellos.push(message);
      this.greet(client, message);
    });
  }
}

export function letIn(...messages: readonly ToViewerMessage[]): StandInRelay["greet"] {
  return (socket, { room }) => {
    for (const message of [{ type: "welcome", room } as const, ...messages]) {
      socket.send(encodeControl(message));
    }
  };
}

/** Closes a viewer's connection for a typed reason (P-43). */
export function turnAwayFor(reason: ClosingReason, detail = ""): StandInRelay["greet"] {
  const { code, text } = CLOSINGS[reason];
  return (socket) => {
    socket.send(encodeControl({ type: "closing", reason }));
    socket.close(code, text + detail);
  };
}

export function turnAway(code: number, reason = ""): StandInRelay["greet"] {
  return (socket) => socket.close(code, reason);
}

/** Admits viewers with the token `GOOD` to a room without a host, and closes all other connections with 4401. */
export const onlyWithToken: StandInRelay["greet"] = (socket, hello) => {
  const { token } = hello;
  if (token !== GOOD) turnAwayFor("expired")(socket, hello);
  else letIn({ type: "producer", state: "offline", since: 0 })(socket, hello);
};
