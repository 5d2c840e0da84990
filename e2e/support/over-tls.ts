/** Requests and sockets to a proxy of this machine, over TLS, from any address of the loopback network. */
import { once } from "node:events";
import type { IncomingMessage } from "node:http";
import https from "node:https";
import WebSocket from "ws";

export interface TlsOptions {
  /** The certificate to trust. */
  readonly ca: string;
  /** Whose address it comes from; 127.0.0.1 unless given. */
  readonly from?: string;
  readonly headers?: Readonly<Record<string, string>>;
}

/** Asks, and resolves once the answer begins. @throws Error if there is none */
export async function askOverTls(
  port: number,
  path: string,
  { ca, from, headers = {} }: TlsOptions,
): Promise<IncomingMessage> {
  const request = https.get({
    host: "127.0.0.1",
    servername: "localhost",
    port,
    path,
    ca,
    headers: { host: `localhost:${port}`, ...headers },
    agent: false,
    ...(from === undefined ? {} : { localAddress: from }),
  });
  const [response] = await once(request, "response");
  return response;
}

/** Asks, and reads the whole answer. @throws Error if there is none */
export async function getOverTls(
  port: number,
  path: string,
  options: TlsOptions,
): Promise<{ readonly status: number; readonly body: Buffer }> {
  const response = await askOverTls(port, path, options);
  const chunks: Buffer[] = [];
  for await (const chunk of response) chunks.push(chunk);
  return { status: response.statusCode ?? 0, body: Buffer.concat(chunks) };
}

/** A plain client's socket. @throws Error if it does not open */
export async function dialOverTls(
  port: number,
  path: string,
  options: { readonly ca: string; readonly token: string },
): Promise<WebSocket> {
  const socket = new WebSocket(`wss://localhost:${port}${path}`, {
    ca: options.ca,
    headers: { authorization: `Bearer ${options.token}` },
    perMessageDeflate: false,
  });
  await once(socket, "open");
  return socket;
}
