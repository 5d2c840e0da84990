/** Which handler replies to which path. Unknown paths get 404, methods other than GET and HEAD 405. */
import type { Admission } from "../access/admission.ts";
import { preflightHeaders } from "../access/origin.ts";
import type { Hub } from "../core/hub.ts";
import { protocolErrorOf } from "../core/refusal.ts";
import type { Time } from "../core/time.ts";
import { mjpeg, type PictureRequest, snapshot } from "./pictures.ts";
import {
  type HttpRequest,
  type HttpStream,
  refusalReply,
  textReply,
  UNCACHED,
  type WholeReply,
} from "./reply.ts";
import { type StaticFiles, serveStatic } from "./static.ts";

interface RouterOptions {
  readonly hub: Hub;
  readonly files: StaticFiles;
  readonly admission: Admission;
  readonly version: string;
  /** Whether the relay is about to stop. Until then it continues to serve. */
  readonly stopping: boolean;
  readonly time: Time;
}

type Reply = WholeReply | HttpStream;
type PictureHandler = (hub: Hub, request: PictureRequest) => Reply | Promise<Reply>;

const PICTURES = new Map<string, PictureHandler>([
  ["/snapshot.jpg", snapshot],
  ["/stream.mjpeg", mjpeg],
]);

export function route(request: HttpRequest, options: RouterOptions): Reply | Promise<Reply> {
  const { admission, files } = options;
  const { method, path } = request;
  const picture = PICTURES.get(path);
  const refusal = admission.refusal(request, { picture: picture !== undefined });
  // A relay with a secret serves its page to every origin: the page alone reveals nothing.
  if (refusal && (picture || !admission.requiresToken)) return refusalReply(refusal);
  if (method === "OPTIONS" && picture && admission.requiresToken) {
    const headers = preflightHeaders(admission.crossOriginHeaders(request));
    return { status: 200, headers, body: "" };
  }
  if (method !== "GET" && method !== "HEAD") {
    const reply = textReply(405, "Only GET and HEAD are supported.");
    return { ...reply, headers: { ...reply.headers, Allow: "GET, HEAD" } };
  }
  if (picture) return replyWithPicture(request, options, picture);
  // The process is alive.
  if (path === "/healthz") return healthReply("ok", options);
  // New clients may be sent to it.
  if (path === "/readyz") return healthReply(options.stopping ? "stopping" : "ready", options);
  return serveStatic(files, request);
}

async function replyWithPicture(
  request: HttpRequest,
  { admission, hub, time }: RouterOptions,
  picture: PictureHandler,
): Promise<Reply> {
  const { headers, query } = request;
  const reply = await admission.picture(request).then(
    (admitted) => picture(hub, { ...admitted, headers, query, time }),
    (error: unknown) => refusalReply(protocolErrorOf(error)),
  );
  const challenge = reply.status === 401 ? { "WWW-Authenticate": challengeFor(request) } : {};
  // A refused page may read the reason, too.
  return {
    ...reply,
    headers: { ...admission.crossOriginHeaders(request), ...reply.headers, ...challenge },
  };
}

/** Camera software sends a password only after a Basic challenge, for which a browser would ask its user wherever a page embeds it. */
function challengeFor({ headers }: HttpRequest): string {
  const browser =
    headers.has("sec-fetch-mode") || /^Mozilla\//.test(headers.get("user-agent") ?? "");
  return browser ? "Bearer" : 'Basic realm="Screen Share", charset="UTF-8", Bearer';
}

function healthReply(status: "ok" | "ready" | "stopping", { version }: RouterOptions): WholeReply {
  return {
    status: status === "stopping" ? 503 : 200,
    headers: { ...UNCACHED, "Content-Type": "application/json" },
    body: `${JSON.stringify({ status, version })}\n`,
  };
}
