/** Which handler answers which path. Everything else is 404, and nothing but GET and HEAD is asked for. */
import type { Hub } from "../core/hub.ts";
import { mjpeg, snapshot } from "./pictures.ts";
import { type HttpReply, type HttpRequest, type HttpStream, textReply } from "./reply.ts";
import { type StaticFiles, serveStatic } from "./static.ts";

export interface RouterOptions {
  readonly hub: Hub;
  readonly files: StaticFiles;
  /** Why this request is refused, or undefined. */
  readonly refusal: (request: HttpRequest, options: { picture: boolean }) => string | undefined;
}

const PICTURE_PATHS: readonly string[] = ["/snapshot.jpg", "/stream.mjpeg"];

export function route(
  request: HttpRequest,
  { hub, files, refusal }: RouterOptions,
  now: number,
): HttpReply | HttpStream {
  const reason = refusal(request, { picture: PICTURE_PATHS.includes(request.path) });
  if (reason !== undefined) return textReply(403, `Refused: ${reason}.`);
  if (request.method !== "GET" && request.method !== "HEAD") {
    return textReply(405, "Only GET and HEAD are answered here.");
  }
  switch (request.path) {
    case "/healthz":
      return { ...textReply(200, '{"status":"ok"}'), headers: HEALTH_HEADERS };
    case "/snapshot.jpg":
      return snapshot(hub, request);
    case "/stream.mjpeg":
      return mjpeg(hub, request, now);
    default:
      return serveStatic(files, request);
  }
}

const HEALTH_HEADERS = { "Content-Type": "application/json", "Cache-Control": "no-store" };
