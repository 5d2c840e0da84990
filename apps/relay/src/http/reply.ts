/** What HTTP handlers give back: values, written to the socket elsewhere. */
import type { WriteChunk } from "../core/mjpeg-viewer.ts";

export interface HttpRequest {
  /** Upper case. */
  readonly method: string;
  /** Without the query, percent-encoded as it came. */
  readonly path: string;
  readonly query: URLSearchParams;
  /** Names in lower case, repeated ones joined by ", ". */
  readonly headers: ReadonlyMap<string, string>;
}

export interface HttpReply {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Uint8Array | string;
}

/** A response without an end: it is written to until the client goes. */
export interface HttpStream {
  readonly status: 200;
  readonly headers: Readonly<Record<string, string>>;
  /** Bytes that mean nothing between two writes: by them a socket is asked whether it has caught up. */
  readonly filler: Uint8Array;
  /** Begins to write; may write at once. */
  readonly begin: (write: WriteChunk) => { drained(): void; ended(): void };
}

/** A few plain words. */
export function textReply(status: number, text: string): HttpReply {
  return {
    status,
    headers: { "Content-Type": "text/plain; charset=utf-8", "Cache-Control": "no-store" },
    body: `${text}\n`,
  };
}
