/** Requests with a body: none is ever read here. */
import { type HttpRequest, type HttpStream, textReply, type WholeReply } from "../http/reply.ts";
import type { ServerOptions } from "./transport.ts";

/**
 * Whether a request announces a body, in whatever way. Where its end is may be ambiguous (two lengths, or both kinds of length), and
 * a proxy in front of us may see it elsewhere: so the connection is closed after the answer, and nothing behind it is taken for a
 * request (RFC 9112 §6.3 and §11.2).
 */
export function hasBody({ headers }: Pick<HttpRequest, "headers">): boolean {
  return headers.has("transfer-encoding") || (headers.get("content-length") ?? "0") !== "0";
}

/** The answer to a request. One that asks for something and has a body as well gets a short refusal, whatever it asks for. */
export function answerTo(
  request: HttpRequest,
  { answer }: Pick<ServerOptions, "answer">,
): Promise<WholeReply | HttpStream> {
  const reads = request.method === "GET" || request.method === "HEAD";
  if (reads && hasBody(request)) return Promise.resolve(textReply(400, "No body belongs here."));
  return answer(request);
}
