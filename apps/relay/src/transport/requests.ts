/** What both adapters do with requests. */
import { SUBPROTOCOL } from "@screen-share/protocol";
import { type HttpRequest, type HttpStream, textReply, type WholeReply } from "../http/reply.ts";
import type { ServerOptions } from "./transport.ts";

/** Collects headers: names in lower case, repeated ones joined. */
export function addHeader(headers: Map<string, string>, name: string, value: string): void {
  const key = name.toLowerCase();
  const known = headers.get(key);
  headers.set(key, known === undefined ? value : `${known}, ${value}`);
}

/** Whether a client offers our subprotocol (RFC 6455 §4.1). Clients that do not follow the plain contract. */
export function offersOurProtocol({ headers }: Pick<HttpRequest, "headers">): boolean {
  const offered = headers.get("sec-websocket-protocol") ?? "";
  return offered.split(",").some((name) => name.trim() === SUBPROTOCOL);
}

/**
 * Whether a request announces a body in any way. None is ever read. Its end may be ambiguous, and a proxy in front of us may see it
 * elsewhere. So the connection is closed after the reply, and what follows is not taken for a request (RFC 9112 §6.3 and §11.2).
 */
export function hasBody({ headers }: Pick<HttpRequest, "headers">): boolean {
  return headers.has("transfer-encoding") || (headers.get("content-length") ?? "0") !== "0";
}

/** The reply to a request. A GET or HEAD with a body gets a short refusal. */
export function replyTo(
  request: HttpRequest,
  { answer }: Pick<ServerOptions, "answer">,
): Promise<WholeReply | HttpStream> {
  const reads = request.method === "GET" || request.method === "HEAD";
  if (!reads || !hasBody(request)) return answer(request);
  return Promise.resolve(textReply(400, "A request must not have a body here."));
}
