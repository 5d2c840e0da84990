/** Which handler answers which path. Everything else is 404, and other methods than GET and HEAD are refused. */
import { ProtocolError } from "@screen-share/protocol";
import type { Admission } from "../access/admission.ts";
import { preflightHeaders } from "../access/cross-origin.ts";
import type { Hub } from "../core/hub.ts";
import type { Time } from "../core/time.ts";
import { mjpeg, type PictureRequest, snapshot } from "./pictures.ts";
import {
  type HttpRequest,
  type HttpStream,
  refusalReply,
  textReply,
  type WholeReply,
} from "./reply.ts";
import { type StaticFiles, serveStatic } from "./static.ts";

/** What those who watch over the relay are told. */
interface Health {
  readonly version: string;
  /** It has been told to stop, and still goes on for a while. */
  readonly stopping: boolean;
}

export interface RouterOptions {
  readonly hub: Hub;
  readonly files: StaticFiles;
  readonly admission: Admission;
  readonly health: Health;
  readonly time: Time;
}

type Answer = WholeReply | HttpStream;
type PictureHandler = (hub: Hub, request: PictureRequest) => Answer | Promise<Answer>;

const PICTURES: Readonly<Record<string, PictureHandler>> = {
  "/snapshot.jpg": snapshot,
  "/stream.mjpeg": mjpeg,
};

export function route(request: HttpRequest, options: RouterOptions): Answer | Promise<Answer> {
  const { admission, files, health } = options;
  const picture = Object.hasOwn(PICTURES, request.path) ? PICTURES[request.path] : undefined;
  const refusal = admission.refusal(request, { picture: picture !== undefined });
  // With a secret the page and its files are for everybody: a page of another origin gains nothing by them.
  if (refusal && (picture || !admission.guarded)) return refusalReply(refusal);
  if (request.method === "OPTIONS" && picture && admission.guarded) {
    return { status: 200, headers: preflightHeaders(admission.embedding(request)), body: "" };
  }
  if (request.method !== "GET" && request.method !== "HEAD") {
    const reply = textReply(405, "Only GET and HEAD are answered here.");
    return { ...reply, headers: { ...reply.headers, Allow: "GET, HEAD" } };
  }
  if (picture) return judged(request, options, picture);
  if (request.path === "/healthz") return healthReply(200, "ok", health);
  if (request.path === "/readyz") {
    return health.stopping
      ? healthReply(503, "stopping", health)
      : healthReply(200, "ready", health);
  }
  return serveStatic(files, request);
}

async function judged(
  request: HttpRequest,
  options: RouterOptions,
  picture: PictureHandler,
): Promise<Answer> {
  const answer = await answered(request, options, picture);
  if ("begin" in answer) return answer;
  const challenge = answer.status === 401 ? { "WWW-Authenticate": challengeFor(request) } : {};
  // A page may read why it is refused, too.
  const headers = { ...options.admission.embedding(request), ...answer.headers, ...challenge };
  return { ...answer, headers };
}

async function answered(
  request: HttpRequest,
  { admission, hub, time }: RouterOptions,
  picture: PictureHandler,
): Promise<Answer> {
  try {
    const { room, grant } = await admission.picture(request);
    const { headers, query } = request;
    const embedding = admission.embedding(request);
    return await picture(hub, { room, grant, headers, query, embedding, time });
  } catch (error) {
    if (error instanceof ProtocolError) return refusalReply(error);
    throw error;
  }
}

/**
 * How to show a token (RFC 9110 §11.6.1). Camera programs send a password only once they are asked for it; a browser would ask
 * its user for one, wherever a page shows the picture.
 */
function challengeFor({ headers }: HttpRequest): string {
  const browser =
    headers.has("sec-fetch-mode") || /^Mozilla\//.test(headers.get("user-agent") ?? "");
  return browser ? "Bearer" : 'Basic realm="Screen Share", charset="UTF-8", Bearer';
}

/** `/healthz`: the process lives. `/readyz`: somebody new may be sent to it. */
function healthReply(status: number, word: string, { version }: Health): WholeReply {
  const body = `${JSON.stringify({ status: word, version })}\n`;
  return { status, headers: HEALTH_HEADERS, body };
}

const HEALTH_HEADERS = {
  "Content-Type": "application/json",
  "Cache-Control": "no-store",
  "X-Content-Type-Options": "nosniff",
};
