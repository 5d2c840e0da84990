/** A relay on a free port of this machine, and sockets to it that remember what came. */
import { once } from "node:events";
import http from "node:http";
import { SUBPROTOCOL } from "@screen-share/protocol";
import pino from "pino";
import WebSocket, { type RawData } from "ws";
import { parseConfig } from "../src/config.ts";
import type { StaticFiles } from "../src/http/static.ts";
import type { Logger } from "../src/log.ts";
import { type RunningRelay, startRelay } from "../src/relay.ts";

/** `TRANSPORT=ws npx vitest run apps/relay` runs the tests of the relay on the other adapter. */
// biome-ignore lint/style/noProcessEnv: no setting of the product, but how a person chooses what tests run on.
export const TESTED_TRANSPORT = process.env.TRANSPORT ?? "auto";

export async function liveRelay(
  env: Record<string, string> = {},
  files: StaticFiles = new Map(),
  log: Logger = pino({ level: "silent" }),
): Promise<RunningRelay> {
  const config = parseConfig({ PORT: "0", TRANSPORT: TESTED_TRANSPORT, ...env });
  return await startRelay(config, { files, version: "0.0.0", log });
}

export class Client {
  readonly messages: (Buffer | string)[] = [];
  readonly closed: Promise<{ code: number; reason: string }>;
  #arrived: (() => void)[] = [];

  constructor(readonly socket: WebSocket) {
    socket.on("message", (data: RawData, isBinary: boolean) => {
      const bytes = data as Buffer;
      this.messages.push(isBinary ? bytes : bytes.toString());
      for (const arrived of this.#arrived.splice(0)) arrived();
    });
    socket.on("error", () => undefined);
    this.closed = new Promise((resolve) => {
      socket.on("close", (code, reason) => resolve({ code, reason: reason.toString() }));
    });
  }

  get binary(): Buffer[] {
    return this.messages.filter((message) => typeof message !== "string");
  }

  get text(): string[] {
    return this.messages.filter((message) => typeof message === "string");
  }

  /** Resolves once `met` holds; asked again at each message. */
  async until(met: () => boolean): Promise<void> {
    while (!met()) await new Promise<void>((resolve) => this.#arrived.push(resolve));
  }
}

/** Opens a WebSocket and waits until it is open, or refused. */
export async function connect(
  relay: Pick<RunningRelay, "port">,
  path: string,
  options: { readonly plain?: boolean; readonly headers?: Record<string, string> } = {},
): Promise<Client> {
  const url = `ws://127.0.0.1:${relay.port}${path}`;
  const { plain = false, headers = {} } = options;
  const protocols = plain ? [] : [SUBPROTOCOL];
  // An all-zero mask is valid (RFC 6455 §5.3), and spares both sides the masking of large pictures.
  const generateMask = (mask: Buffer) => void mask.fill(0);
  const socket = new WebSocket(url, protocols, { headers, perMessageDeflate: false, generateMask });
  const client = new Client(socket);
  await once(socket, "open");
  return client;
}

export interface Got {
  readonly status: number;
  readonly headers: http.IncomingHttpHeaders;
  readonly body: Buffer;
}

/** Asks over HTTP and reads the whole answer. */
export function get(
  relay: Pick<RunningRelay, "port">,
  path: string,
  headers: Record<string, string> = {},
  method = "GET",
): Promise<Got> {
  return new Promise((resolve, reject) => {
    const options = { host: "127.0.0.1", port: relay.port, path, headers, method, agent: false };
    const request = http.request(options, async (response) => {
      const chunks: Buffer[] = [];
      response.on("error", reject);
      for await (const chunk of response) chunks.push(chunk);
      const { statusCode: status = 0, headers } = response;
      resolve({ status, headers, body: Buffer.concat(chunks) });
    });
    request.on("error", reject).end();
  });
}
