/** A whole relay in this process: rooms behind a server, and the clock that ticks them. */
import { DEFAULT_ROOM } from "@screen-share/protocol";
import type { Config } from "./config.ts";
import { Hub } from "./core/hub.ts";
import { refusalOf } from "./core/loopback.ts";
import type { Peer, Session } from "./core/peer.ts";
import { PlainProducer } from "./core/plain-producer.ts";
import { PlainViewer } from "./core/plain-viewer.ts";
import { ProducerSession } from "./core/producer-session.ts";
import { RefusedSession } from "./core/refused-session.ts";
import { MAX_VIEWER_MESSAGE_BYTES, ViewerSession } from "./core/viewer-session.ts";
import { route } from "./http/router.ts";
import type { StaticFiles } from "./http/static.ts";
import type { Logger } from "./log.ts";
import { type Connection, type Server, startServer } from "./transport/uws.ts";

const TICK_MS = 1000;

export interface Relay {
  readonly port: number;
  /** Closes every connection with this code and lets the port go. */
  close(code: number, reason: string): Promise<void>;
}

/**
 * Starts a relay.
 * @param parts.files the built viewer
 * @throws Error if the port is taken
 */
export async function startRelay(
  config: Config,
  parts: { readonly files: StaticFiles; readonly log: Logger },
): Promise<Relay> {
  const { log, files } = parts;
  const hub = new Hub({
    maxRooms: config.MAX_ROOMS,
    maxViewers: config.MAX_VIEWERS_PER_ROOM,
    pictureTtlMs: config.PICTURE_TTL,
  });
  const viewerLink = (room: string) => linkOf(config.VIEWER_URL, room);
  let server: Server | undefined;
  const refusal: Parameters<typeof route>[1]["refusal"] = (request, options) => {
    const rules = { port: server?.port ?? config.PORT, allowedOrigins: config.ALLOWED_ORIGINS };
    return refusalOf(request.headers, rules, options);
  };

  function session(connection: Connection, peer: Peer): Session {
    const { role, plain, request } = connection;
    const reason = refusal(request, { picture: false });
    if (reason !== undefined) return new RefusedSession(peer, reason);
    const room = request.query.get("room") || DEFAULT_ROOM;
    const now = clock();
    if (role === "viewer") {
      return plain ? new PlainViewer(hub, peer, room, now) : new ViewerSession(hub, peer, now);
    }
    const maxBytes = config.MAX_MESSAGE_BYTES;
    return plain
      ? new PlainProducer(hub, peer, { maxBytes, room }, now)
      : new ProducerSession(hub, peer, { maxBytes, viewerLink }, now);
  }

  server = await startServer({
    host: config.HOST,
    port: config.PORT,
    maxBytes: { producer: config.MAX_MESSAGE_BYTES, viewer: MAX_VIEWER_MESSAGE_BYTES },
    connect: session,
    disconnected: (ended, code, reason) => {
      log.info({ ...ended.summary, code, reason }, "connection closed");
    },
    answer: (request) => route(request, { hub, files, refusal }, clock()),
    now: clock,
  });
  const { port, tick, close } = server;
  const timer = setInterval(() => {
    tick();
    hub.tick(clock());
  }, TICK_MS);
  return {
    port,
    close: (code, reason) => {
      clearInterval(timer);
      return close(code, reason);
    },
  };
}

/** The relay's clock: ms since 1970 that never jump. */
function clock(): number {
  return performance.timeOrigin + performance.now();
}

/** A room's link: absolute under `VIEWER_URL`, or relative to the address that the producer itself dialled. */
function linkOf(viewerUrl: string | undefined, room: string): string {
  const fragment = room === DEFAULT_ROOM ? "" : `#room=${room}`;
  return viewerUrl === undefined ? `/${fragment}` : `${viewerUrl}${fragment}`;
}
