/** Writes replies with uWebSockets.js, which is given no more of a body or a stream than the socket takes. */
import type * as uWS from "uWebSockets.js";
import { STATUS_CODES } from "node:http";
import type { HeldBytes } from "../core/held-bytes.ts";
import type { StreamSink } from "../core/mjpeg-viewer.ts";
import type { HttpRequest, HttpStream, WholeReply } from "../http/reply.ts";
import { hasBody } from "./requests.ts";
import { StreamResponse } from "./stream-response.ts";
import type { ServerOptions } from "./transport.ts";

export class UwsResponses {
  constructor(private readonly options: Pick<ServerOptions, "traffic" | "held" | "streamed">) {}

  /** Must be called within `res.cork`. */
  write(res: uWS.HttpResponse, request: HttpRequest, reply: WholeReply | HttpStream): void {
    res.writeStatus(`${reply.status} ${STATUS_CODES[reply.status] ?? ""}`);
    for (const [name, value] of Object.entries(reply.headers)) res.writeHeader(name, value);
    const isHead = request.method === "HEAD";
    if ("begin" in reply) {
      if (isHead) res.endWithoutBody();
      else stream(res, reply, (sink) => new StreamResponse(request, sink, this.options));
      return;
    }
    // A response without a body closes its connection: its headers cannot be held back, so thousands of unread ones would pile up.
    if (!("body" in reply)) {
      res.endWithoutBody(reply.bodyLength, true);
      return;
    }
    const body = typeof reply.body === "string" ? Buffer.from(reply.body) : reply.body;
    if (isHead) {
      res.endWithoutBody(body.length, true);
      return;
    }
    this.options.traffic?.delivered("http", body.length);
    if (hasBody(request)) res.end(body, true);
    else end(res, body, this.options.held);
  }
}

/**
 * Ends a response with a body. The library is given only what the socket takes; otherwise a client that requests many files and reads none
 * would make us hold them all. Another request meanwhile closes the connection.
 */
function end(res: uWS.HttpResponse, body: Uint8Array, held: HeldBytes): void {
  const bodyAt = res.getWriteOffset();
  const writeFrom = (offset: number) => res.tryEnd(body.subarray(offset - bodyAt), body.length);
  if (writeFrom(bodyAt).includes(true)) return;
  // Other clients may share this body, but an old snapshot is held for its readers alone.
  const holder = { cutOff: () => void res.close() };
  res.onAborted(() => held.release(holder));
  res.onWritable((offset) => {
    const isDone = writeFrom(offset).includes(true);
    if (isDone) held.release(holder);
    return isDone;
  });
  held.hold(holder, { ownBytes: 0, shared: body });
}

/** The library ends a response after 10 s in which its client has taken nothing. */
const PATIENCE_MS = 4000;

/**
 * Of a write that the socket did not take completely, so much is kept back. The library reports when it can take some bytes, not when it
 * has sent all; only another write shows that. So these are written one at a time to find out.
 */
const KEPT_BACK_BYTES = 64;
const NOTHING = new Uint8Array();

function stream(
  res: uWS.HttpResponse,
  reply: HttpStream,
  open: (sink: StreamSink) => StreamResponse,
): void {
  let patience: NodeJS.Timeout | undefined;
  let keptBack: Uint8Array = NOTHING;
  /** The stream's source, not the library, decides how long is too long. */
  const restartTimeout = () => {
    res.pause();
    res.resume();
  };
  const put = (bytes: Uint8Array): boolean => {
    let taken = true;
    res.cork(() => {
      taken = bytes.length === 0 || res.write(bytes);
    });
    if (!taken) patience ??= setInterval(restartTimeout, PATIENCE_MS);
    return taken;
  };
  const write = (bytes: Uint8Array): boolean => {
    const end = Math.max(0, bytes.length - KEPT_BACK_BYTES);
    const rest = bytes.subarray(end);
    if (put(bytes.subarray(0, end))) return put(rest);
    keptBack = rest;
    return false;
  };
  /** @returns whether the socket has taken everything that was written */
  const continueWriting = (): boolean => {
    const [first, rest] = [keptBack.subarray(0, 1), keptBack.subarray(1)];
    keptBack = rest;
    if (!put(first)) return false;
    keptBack = NOTHING;
    return put(rest);
  };
  const stopWaiting = () => {
    clearInterval(patience);
    patience = undefined;
  };
  const end = () => {
    stopWaiting();
    res.cork(() => res.end(keptBack));
  };
  const drop = () => {
    stopWaiting();
    res.close();
  };
  const response = open({ write, end, drop });
  res.onAborted(() => {
    stopWaiting();
    response.lost();
  });
  response.begin(reply);
  res.onWritable(() => {
    stopWaiting();
    if (response.open && continueWriting()) response.drained();
    return true;
  });
}
