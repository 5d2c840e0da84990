/** What HTTP handlers give back: values, written to the socket elsewhere. */
import { CLOSE, type ProtocolError } from "@screen-share/protocol";
import type { StreamSink } from "../core/mjpeg-viewer.ts";

export interface HttpRequest {
  /** Upper case. */
  readonly method: string;
  /** Without the query, percent-encoded as it came. */
  readonly path: string;
  readonly query: URLSearchParams;
  /** Names in lower case, repeated ones joined by ", ". */
  readonly headers: ReadonlyMap<string, string>;
  /** The other end of the socket, as text: a client, or our proxy. */
  readonly remoteAddress: string;
}

export interface HttpReply {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Uint8Array | string;
}

/** 304: the body would be what the client has already. */
interface NotModified {
  readonly status: 304;
  readonly headers: Readonly<Record<string, string>>;
  /** The length of that body, bytes: nothing else may stand in a 304 (RFC 9110 §8.6), and the library would write something. */
  readonly bodyLength: number;
}

/** A response that is over once it is written. */
export type WholeReply = HttpReply | NotModified;

/** A response without an end: it is written to until the client goes. */
export interface HttpStream {
  readonly status: 200;
  readonly headers: Readonly<Record<string, string>>;
  /** Begins to write; may write, or end, at once. */
  readonly begin: (sink: StreamSink) => StreamSource;
}

/** Whoever writes a stream. */
export interface StreamSource {
  /** The socket has sent all that it held back. */
  drained(): void;
  /** The client is gone. */
  ended(): void;
  /** For the log: what became of the stream. */
  readonly summary: Readonly<Record<string, unknown>>;
}

/** What to answer to whoever may not have what they ask for. */
export function refusalReply({ closeCode, message }: ProtocolError): HttpReply {
  const reply = textReply(STATUSES[closeCode] ?? 400, `Refused: ${message}.`);
  // RFC 9110 §11.6.1: a 401 says how to authenticate.
  const how = reply.status === 401 ? { "WWW-Authenticate": "Bearer" } : {};
  return { ...reply, headers: { ...reply.headers, ...how } };
}

const STATUSES: Readonly<Record<number, number>> = {
  [CLOSE.unauthorized]: 401,
  [CLOSE.forbidden]: 403,
  [CLOSE.full]: 429,
};

/** A few plain words. */
export function textReply(status: number, text: string): HttpReply {
  return {
    status,
    headers: {
      "Content-Type": "text/plain; charset=utf-8",
      "Cache-Control": "no-store",
      "X-Content-Type-Options": "nosniff",
    },
    body: `${text}\n`,
  };
}

const STATUS_TEXTS: Readonly<Record<number, string>> = {
  200: "OK",
  304: "Not Modified",
  400: "Bad Request",
  401: "Unauthorized",
  403: "Forbidden",
  404: "Not Found",
  405: "Method Not Allowed",
  429: "Too Many Requests",
  503: "Service Unavailable",
};

/** A status as a response begins with it. */
export function statusLine(status: number): string {
  return `${status} ${STATUS_TEXTS[status] ?? ""}`.trim();
}
