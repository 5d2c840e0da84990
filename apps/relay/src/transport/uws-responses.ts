/** Values become responses of uWebSockets.js: whole ones, of which the library holds no more than it must, and streams. */
import type * as uWS from "uWebSockets.js";
import { type HttpStream, type StreamSource, statusLine, type WholeReply } from "../http/reply.ts";

export interface WriteOptions {
  readonly method: string;
  /** Called with the bytes of each body, or of each part of a stream. */
  readonly wrote: (bytes: number) => void;
  /** The connection is closed after this response. */
  readonly last?: boolean;
}

function writeHead(res: uWS.HttpResponse, { status, headers }: WholeReply | HttpStream): void {
  res.writeStatus(statusLine(status));
  for (const [name, value] of Object.entries(headers)) res.writeHeader(name, value);
}

/** Writes a whole response. */
export function writeReply(
  res: uWS.HttpResponse,
  reply: WholeReply,
  { method, wrote, last = false }: WriteOptions,
): void {
  writeHead(res, reply);
  // The last response of its connection: headers cannot be held back, so thousands that nobody reads would pile up.
  if (!("body" in reply)) {
    res.endWithoutBody(reply.bodyLength, true);
    return;
  }
  const body = bytesOf(reply.body);
  if (method === "HEAD") res.endWithoutBody(body.length, true);
  else {
    wrote(body.length);
    if (last) res.end(body, true);
    else end(res, body);
  }
}

/**
 * Ends a response with a body, of which the library is given only what the socket takes: else whoever asks for many files at once
 * and reads none would have us hold them all. A further request meanwhile breaks the connection.
 */
function end(res: uWS.HttpResponse, body: Uint8Array): void {
  const bodyAt = res.getWriteOffset();
  const writeFrom = (offset: number) => res.tryEnd(body.subarray(offset - bodyAt), body.length);
  if (writeFrom(bodyAt).includes(true)) return;
  res.onAborted(() => {});
  res.onWritable((offset) => writeFrom(offset).includes(true));
}

function bytesOf(body: Uint8Array | string): Uint8Array {
  return typeof body === "string" ? Buffer.from(body) : body;
}

/** Begins a response without an end. @param options.ended called once it has one, by whichever side */
export function beginStream(
  res: uWS.HttpResponse,
  reply: HttpStream,
  options: WriteOptions & { readonly ended: (source: StreamSource) => void },
): void {
  writeHead(res, reply);
  if (options.method === "HEAD") res.endWithoutBody();
  else stream(res, reply, options);
}

/** The library ends a response that its client has taken nothing of for 10 s, however much it is to take. */
const PATIENCE_MS = 4000;

/** Has the library count anew: how long is too long, is for the stream's source to say. */
function keepWaiting(res: uWS.HttpResponse): void {
  res.pause();
  res.resume();
}

function stream(
  res: uWS.HttpResponse,
  reply: HttpStream,
  { wrote, ended }: Parameters<typeof beginStream>[2],
): void {
  let open = true;
  let source: StreamSource | undefined;
  let patience: NodeJS.Timeout | undefined;
  const write = (bytes: Uint8Array): boolean => {
    if (!open) return false;
    let taken = true;
    wrote(bytes.length);
    res.cork(() => {
      taken = res.write(bytes);
    });
    if (!taken) patience ??= setInterval(() => keepWaiting(res), PATIENCE_MS);
    return taken;
  };
  const caughtUp = () => {
    clearInterval(patience);
    patience = undefined;
  };
  const over = () => {
    open = false;
    caughtUp();
    if (source) ended(source);
  };
  const end = () => {
    if (!open) return;
    res.cork(() => res.end());
    over();
  };
  res.onAborted(() => {
    source?.ended();
    over();
  });
  source = reply.begin({ write, end });
  // Called when the socket can take some bytes, not when it has sent all; and what the library holds back goes out only
  // with a further write.
  res.onWritable(() => {
    caughtUp();
    if (write(reply.filler)) source?.drained();
    return true;
  });
}
