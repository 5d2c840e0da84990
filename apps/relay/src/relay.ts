/** A whole relay in this process: rooms behind a server, and the clock that ticks them. */
import { CLOSE, DEFAULT_ROOM, ProtocolError, plainText } from "@screen-share/protocol";
import { Auth } from "./auth.ts";
import type { Config } from "./config.ts";
import { type Grant, UNLIMITED } from "./core/access.ts";
import { AwaitedSession } from "./core/awaited-session.ts";
import { Hub } from "./core/hub.ts";
import type { Peer, Session } from "./core/peer.ts";
import { PlainProducer } from "./core/plain-producer.ts";
import { PlainViewer } from "./core/plain-viewer.ts";
import { type ProducerOptions, ProducerSession } from "./core/producer-session.ts";
import { RefusedSession } from "./core/refused-session.ts";
import { MAX_VIEWER_MESSAGE_BYTES, ViewerSession } from "./core/viewer-session.ts";
import { Work } from "./core/work.ts";
import { Door, type Entry, TOO_MANY_SILENT } from "./door.ts";
import { route } from "./http/router.ts";
import type { StaticFiles } from "./http/static.ts";
import type { Logger } from "./log.ts";
import { RefusalLog } from "./refusal-log.ts";
import { type Connection, type Server, startServer } from "./transport/uws.ts";

const TICK_MS = 1000;
const REFUSALS: readonly number[] = [401, 403, 429];

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
    maxPictureBytes: config.MAX_PICTURE_MEMORY,
    newWork: () => new Work(clock),
    pictureTtlMs: config.PICTURE_TTL,
  });
  const auth = new Auth({
    keys: config.keys,
    linkTtlMs: config.LINK_TTL,
    viewerUrl: config.VIEWER_URL,
    wallNow: Date.now,
  });
  const refusals = new RefusalLog(log, clock());
  let server: Server | undefined;
  const door = new Door({
    auth,
    // Who names the viewer page means it to connect.
    allowedOrigins:
      config.ALLOWED_ORIGINS.length > 0 && config.VIEWER_URL !== undefined
        ? [...config.ALLOWED_ORIGINS, new URL(config.VIEWER_URL).origin]
        : config.ALLOWED_ORIGINS,
    queryTokens: config.QUERY_TOKENS,
    trustedHeader: config.TRUST_PROXY,
    port: () => server?.port ?? config.PORT,
    now: clock,
  });
  const mintLink: ProducerOptions["mintLink"] = (link, done) => auth.mintLink(link, done);
  const producing = { maxBytes: config.MAX_MESSAGE_BYTES, mintLink, clock };

  function session(connection: Connection<Entry>, peer: Peer): Session {
    if (connection.plain) return plainSession(connection, peer);
    const { role, entry } = connection;
    const refused = ({ closeCode, message }: ProtocolError) => peer.close(closeCode, message);
    const gate = door.gate(entry, { role, refused });
    if (!gate) return new RefusedSession(peer, new ProtocolError(TOO_MANY_SILENT, CLOSE.full));
    return role === "viewer"
      ? new ViewerSession(hub, peer, gate, clock())
      : new ProducerSession(hub, peer, { ...producing, gate }, clock());
  }

  function plainSession({ role, request, entry }: Connection<Entry>, peer: Peer): Session {
    const room = request.query.get("room") || DEFAULT_ROOM;
    const begin = (grant: Grant) => () =>
      role === "viewer"
        ? new PlainViewer(hub, peer, { room, grant }, clock())
        : new PlainProducer(hub, peer, { ...producing, room, grant }, clock());
    if (!door.guarded) return begin(UNLIMITED)();
    const judged = door.grant(entry, { role, room }).then(begin, (error: unknown) => {
      if (!(error instanceof ProtocolError)) throw error;
      return () => new RefusedSession(peer, error);
    });
    return new AwaitedSession(judged);
  }

  server = await startServer({
    host: config.HOST,
    port: config.PORT,
    maxBytes: { producer: config.MAX_MESSAGE_BYTES, viewer: MAX_VIEWER_MESSAGE_BYTES },
    enter: (request, options) => door.enter(request, options),
    connect: ({ entry, ...connection }, peer) =>
      entry instanceof ProtocolError
        ? new RefusedSession(peer, entry)
        : session({ ...connection, entry }, peer),
    disconnected: ({ role, entry }, { summary }, end) => {
      const address = entry instanceof ProtocolError ? undefined : entry.address;
      const fields = { ...summary, role, address, ...end };
      // Who was never in a room was never let in.
      if ("room" in summary) log.info(fields, "connection closed");
      else refusals.refused(fields, clock());
    },
    answer: async (request) => {
      const reply = await route(request, { hub, files, door, now: clock });
      const { path } = request;
      if (REFUSALS.includes(reply.status)) {
        refusals.refused({ path: plainText(path, 100), status: reply.status }, clock());
      }
      return reply;
    },
    now: clock,
  });
  const { port, tick, close } = server;
  const timer = setInterval(() => {
    tick();
    hub.tick(clock(), Date.now());
    door.tick();
    refusals.tick(clock());
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
