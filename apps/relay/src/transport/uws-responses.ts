/** Values become responses of uWebSockets.js: whole ones, of which the library holds no more than it must, and streams. */

import type * as uWS from "uWebSockets.js";
import { STATUS_CODES } from "node:http";
import type { HeldBytes } from "../core/held-bytes.ts";
import type { HttpStream, StreamSource, WholeReply } from "../http/reply.ts";

export interface WriteOptions {
  readonly method: string;
  /** Called with the bytes of each body, or of each part of a stream. */
  readonly wrote: (bytes: number) => void;
  /** The connection is closed after this response. */
  readonly last?: boolean;
  /** Accounts for bodies that sockets have not taken. */
  readonly held: HeldBytes;
}

function writeHead(res: uWS.HttpResponse, { status, headers }: WholeReply | HttpStream): void {
  res.writeStatus(`${status} ${STATUS_CODES[status] ?? ""}`);
  for (const [name, value] of Object.entries(headers)) res.writeHeader(name, value);
}

/** Writes a whole response. */
export function writeReply(
  res: uWS.HttpResponse,
  reply: WholeReply,
  { method, wrote, held, last = false }: WriteOptions,
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
    else end(res, body, held);
  }
}

/**
 * Ends a response with a body, of which the library is given only what the socket takes: else whoever asks for many files at once
 * and reads none would have us hold them all. A further request meanwhile breaks the connection.
 */
function end(res: uWS.HttpResponse, body: Uint8Array, held: HeldBytes): void {
  const bodyAt = res.getWriteOffset();
  const writeFrom = (offset: number) => res.tryEnd(body.subarray(offset - bodyAt), body.length);
  if (writeFrom(bodyAt).includes(true)) return;
  // Others may be sent the same body; an old snapshot is held for its readers alone.
  const holder = { cutOff: () => void res.close() };
  res.onAborted(() => held.release(holder));
  res.onWritable((offset) => {
    const isDone = writeFrom(offset).includes(true);
    if (isDone) held.release(holder);
    return isDone;
  });
  held.hold(holder, { ownBytes: 0, shared: body });
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

/**
 * Bytes of a stream that are kept back where the socket is behind. The library reports when it can take some bytes, not when it has sent all that it
 * holds; whether it has is known only from a further write. So a byte at a time of these is written to find out.
 */
const KEPT_BACK_BYTES = 64;

function stream(
  res: uWS.HttpResponse,
  reply: HttpStream,
  { wrote, ended }: Parameters<typeof beginStream>[2],
): void {
  let open = true;
  let source: StreamSource | undefined;
  let patience: NodeJS.Timeout | undefined;
  let keptBack: Uint8Array = NOTHING;
  const put = (bytes: Uint8Array): boolean => {
    let taken = true;
    res.cork(() => {
      taken = bytes.length === 0 || res.write(bytes);
    });
    if (!taken) patience ??= setInterval(() => keepWaiting(res), PATIENCE_MS);
    return taken;
  };
  const write = (bytes: Uint8Array): boolean => {
    if (!open) return false;
    wrote(bytes.length);
    const end = Math.max(0, bytes.length - KEPT_BACK_BYTES);
    const rest = bytes.subarray(end);
    if (put(bytes.subarray(0, end))) return put(rest);
    keptBack = rest;
    return false;
  };
  /** @returns whether the socket has taken all that was written */
  const goOn = (): boolean => {
    const [first, rest] = [keptBack.subarray(0, 1), keptBack.subarray(1)];
    keptBack = rest;
    if (!put(first)) return false;
    keptBack = NOTHING;
    return put(rest);
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
    res.cork(() => res.end(keptBack));
    over();
  };
  const drop = () => {
    if (!open) return;
    over();
    res.close();
  };
  res.onAborted(() => {
    if (!open) return;
    source?.ended();
    over();
  });
  source = reply.begin({ write, end, drop });
  res.onWritable(() => {
    caughtUp();
    if (open && goOn()) source?.drained();
    return true;
  });
}

const NOTHING = new Uint8Array();
