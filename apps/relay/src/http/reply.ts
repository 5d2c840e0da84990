/** Requests and replies as plain values. The transport reads and writes them. */
import { CLOSE, type CloseCode, type ProtocolError } from "@screen-share/protocol";
import fresh from "fresh";
import type { StreamSink } from "../core/mjpeg-viewer.ts";

export interface HttpRequest {
  /** Upper case. */
  readonly method: string;
  /** Without the query; percent-encoded as received. */
  readonly path: string;
  /** Returns the first value of a parameter. */
  readonly query: { get(name: string): string | null };
  /** Names in lower case; repeated headers are joined by ", ". */
  readonly headers: ReadonlyMap<string, string>;
  /** Of a client, or of our proxy. */
  readonly remoteAddress: string;
}

type HttpHeaders = Readonly<Record<string, string>>;

export interface HttpReply {
  readonly status: number;
  readonly headers: HttpHeaders;
  readonly body: Uint8Array | string;
  /** Why the client was refused, as the close code that a WebSocket would get. Undefined for all other replies. */
  readonly refused?: CloseCode;
}

/** The client has the body already. */
interface NotModified {
  readonly status: 304;
  readonly headers: HttpHeaders;
  /** The length of the body that is not sent. A 304 may state no other (RFC 9110 §8.6), and uWebSockets.js always states one. */
  readonly bodyLength: number;
}

/** A response that is complete once it is written. */
export type WholeReply = HttpReply | NotModified;

/** A response that continues until the client disconnects. */
export interface HttpStream {
  readonly status: 200;
  readonly headers: HttpHeaders;
  /** May write to the stream, or end it, during the call. */
  readonly begin: (sink: StreamSink) => StreamSource;
}

/** What writes a stream. */
export interface StreamSource {
  /** The socket has sent everything that it had buffered. */
  drained(): void;
  /** The client has disconnected. */
  ended(): void;
  /** Fields for the log line about the end of the stream. */
  readonly summary: Readonly<Record<string, unknown>>;
}

const REFUSAL_STATUSES: Readonly<Partial<Record<CloseCode, number>>> = {
  [CLOSE.unauthorized]: 401,
  [CLOSE.forbidden]: 403,
  [CLOSE.full]: 429,
};

/** The reply to a client that was not admitted. */
export function refusalReply({ closeCode, message }: ProtocolError): HttpReply {
  const status = REFUSAL_STATUSES[closeCode];
  const reply = textReply(status ?? 400, `Refused: ${message}.`);
  if (status === undefined) return reply;
  // A 401 must name a way to authenticate (RFC 9110 §11.6.1).
  const challenge = status === 401 ? { "WWW-Authenticate": "Bearer" } : {};
  return { ...reply, headers: { ...reply.headers, ...challenge }, refused: closeCode };
}

export const UNCACHED = {
  "Cache-Control": "no-store",
  "X-Content-Type-Options": "nosniff",
} as const;

export function textReply(status: number, text: string): HttpReply {
  const headers = { ...UNCACHED, "Content-Type": "text/plain; charset=utf-8" };
  return { status, headers, body: `${text}\n` };
}

/** Whether a client has a representation with this strong ETag already, by its `If-None-Match` alone (RFC 9110 §13). */
export function isKnown(headers: HttpRequest["headers"], etag: string): boolean {
  return fresh({ "if-none-match": headers.get("if-none-match")?.trim() }, { etag });
}
