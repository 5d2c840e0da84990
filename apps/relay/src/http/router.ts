/** Which handler answers which path. Everything else is 404, and nothing but GET and HEAD is asked for. */
import { DEFAULT_ROOM, ProtocolError } from "@screen-share/protocol";
import type { Hub } from "../core/hub.ts";
import type { Time } from "../core/time.ts";
import type { Door } from "../door.ts";
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
  readonly door: Door;
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
  const { door, files, health } = options;
  const picture = Object.hasOwn(PICTURES, request.path) ? PICTURES[request.path] : undefined;
  const refusal = door.refusal(request, { picture: picture !== undefined });
  // With a secret the page and its files are for everybody: a page of another origin gains nothing by them.
  if (refusal && (picture || !door.guarded)) return refusalReply(refusal);
  if (request.method !== "GET" && request.method !== "HEAD") {
    return textReply(405, "Only GET and HEAD are answered here.");
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
  { door, hub, time }: RouterOptions,
  picture: PictureHandler,
): Promise<Answer> {
  const room = request.query.get("room") || DEFAULT_ROOM;
  try {
    const grant = await door.picture(request, room);
    const { headers, query } = request;
    const embedding = door.embedding(request);
    return await picture(hub, { room, grant, headers, query, embedding, time });
  } catch (error) {
    if (error instanceof ProtocolError) return refusalReply(error);
    throw error;
  }
}

/** `/healthz`: the process lives. `/readyz`: somebody new may be sent to it. */
function healthReply(status: number, word: string, { version }: Health): WholeReply {
  const body = `${JSON.stringify({ status: word, version })}\n`;
  return { status, headers: HEALTH_HEADERS, body };
}

const HEALTH_HEADERS = { "Content-Type": "application/json", "Cache-Control": "no-store" };
