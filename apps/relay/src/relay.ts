/** A whole relay in this process: rooms behind a server, and the clock that ticks them. */
import { randomBytes } from "node:crypto";
import { CLOSE, type CloseCode, plainText } from "@screen-share/protocol";
import { Admission, type AdmissionOptions } from "./access/admission.ts";
import { Auth } from "./access/auth.ts";
import type { Config } from "./config.ts";
import { HeldBytes } from "./core/held-bytes.ts";
import { Hub } from "./core/hub.ts";
import { MemoryDirectory } from "./core/memory-directory.ts";
import { PlainProducer } from "./core/plain-producer.ts";
import { PlainViewer } from "./core/plain-viewer.ts";
import { type ProducerOptions, ProducerSession } from "./core/producer-session.ts";
import { roleOf, type Stats, UNCOUNTED } from "./core/stats.ts";
import type { Time } from "./core/time.ts";
import { Turns } from "./core/turns.ts";
import { MAX_VIEWER_MESSAGE_BYTES, ViewerSession } from "./core/viewer-session.ts";
import { Work } from "./core/work.ts";
import { route } from "./http/router.ts";
import type { StaticFiles } from "./http/static.ts";
import type { Logger } from "./log.ts";
import { Metrics } from "./metrics/metrics.ts";
import { startMetricsServer } from "./metrics/metrics-server.ts";
import { RefusalLog } from "./refusal-log.ts";
import { chooseTransport } from "./transport/choose.ts";
import { Descriptors, descriptorLimit, openDescriptors } from "./transport/descriptors.ts";
import type { Server } from "./transport/transport.ts";
import { VisitLog } from "./visit-log.ts";

const TICK_MS = 1000;
const OUT_OF_DESCRIPTORS =
  "new connections are refused: the file descriptors of this process are in use, or HTTP has its half of them; raise the limit (ulimit -n, LimitNOFILE)";
/** What joining and looking after connections may take of one turn of the event loop, ms. */
const TURN_MS = 4;
/** Whole JPEGs may take this part of what the pictures themselves may. */
const COMPOSED_SHARE = 1 / 2;
/** Statuses of who was not let in to a picture, as close codes. */
const REFUSALS: Readonly<Record<number, CloseCode>> = {
  401: CLOSE.unauthorized,
  403: CLOSE.forbidden,
  429: CLOSE.full,
  503: CLOSE.full,
};

export interface Relay {
  readonly port: number;
  /** Where metrics are; undefined: nowhere. */
  readonly metricsPort: number | undefined;
  /** From now on `/readyz` says that nobody should be sent here any more; all else goes on. */
  announceStop(): void;
  /** Closes every connection with this code and lets the port go. */
  close(code: number, reason: string): Promise<void>;
}

/**
 * Starts a relay.
 * @param parts.files the built viewer
 * @param parts.version the product's
 * @throws Error if a port is taken
 */
export async function startRelay(
  config: Config,
  parts: { readonly files: StaticFiles; readonly log: Logger; readonly version: string },
): Promise<Relay> {
  const { log, files, version } = parts;
  const metrics = config.METRICS_PORT === undefined ? undefined : new Metrics({ version });
  const visits = new VisitLog(log, () => metrics?.bundled(), clock());
  const held: HeldBytes = new HeldBytes(config.maxHeldBytes, () =>
    hub.stats.dropped("buffers_full"),
  );
  const hub: Hub = new Hub({
    maxRooms: config.MAX_ROOMS,
    maxViewers: config.MAX_VIEWERS_PER_ROOM,
    maxPlaces: config.maxViewers,
    maxPictureBytes: config.MAX_PICTURE_MEMORY,
    newWork: () => new Work(clock),
    newRoomId: () => randomBytes(9).toString("base64url"),
    maxComposedBytes: config.MAX_PICTURE_MEMORY * COMPOSED_SHARE,
    pictureTtlMs: config.PICTURE_TTL,
    time: TIME,
    held,
    stats: logged(metrics ?? UNCOUNTED, visits, log),
  });
  metrics?.watch(hub, config.MAX_PICTURE_MEMORY);
  const auth = new Auth({
    keys: config.keys,
    linkTtlMs: config.LINK_TTL,
    viewerUrl: config.VIEWER_URL,
    wallNow: Date.now,
  });
  const refusals = new RefusalLog(log, clock());
  let server: Server | undefined;
  let stopping = false;
  const mintLink: ProducerOptions["mintLink"] = (link, done) => auth.mintLink(link, done);
  const producing = { maxBytes: config.MAX_MESSAGE_BYTES, mintLink, clock, wallNow: Date.now };
  const createSession: AdmissionOptions["createSession"] = (client, peer) => {
    const { hello, grant, claim } = client;
    const now = clock();
    const room = hub.enter(client.room, now);
    if (!claim) {
      return hello
        ? new ViewerSession(room, peer, grant, now)
        : new PlainViewer(room, peer, grant, now);
    }
    return hello && "producerId" in hello
      ? new ProducerSession({ room, hello, grant, claim }, peer, producing, now)
      : new PlainProducer({ room, grant, claim }, peer, producing, now);
  };
  const turns = new Turns({ maxMs: TURN_MS, clock, nextTurn: setImmediate });
  const pace = (task: () => void) => turns.run(task);
  const admission = new Admission({
    auth,
    directory: new MemoryDirectory(),
    // A configured viewer page may always connect.
    allowedOrigins:
      config.ALLOWED_ORIGINS.length > 0 && config.VIEWER_URL !== undefined
        ? [...config.ALLOWED_ORIGINS, new URL(config.VIEWER_URL).origin]
        : config.ALLOWED_ORIGINS,
    queryTokens: config.QUERY_TOKENS,
    trustedHeader: config.TRUST_PROXY,
    maxMessageLength: { producer: config.MAX_MESSAGE_BYTES, viewer: MAX_VIEWER_MESSAGE_BYTES },
    createSession,
    pace,
    now: clock,
  });

  const descriptors = new Descriptors({
    limit: descriptorLimit(),
    count: openDescriptors,
    report: ({ refusing, limit }) => {
      if (refusing) log.warn({ limit }, OUT_OF_DESCRIPTORS);
      else log.info({ limit }, "new connections are accepted again");
    },
  });
  const { startServer, loss } = await chooseTransport(config.TRANSPORT);
  if (loss !== undefined) log.warn(loss);
  server = await startServer({
    host: config.HOST,
    port: config.PORT,
    maxBytes: { producer: config.MAX_MESSAGE_BYTES, viewer: MAX_VIEWER_MESSAGE_BYTES },
    maxUnfinishedBytes: config.maxUnfinishedBytes,
    admitted: ({ summary }) => "room" in summary,
    connect: (connection, peer) => admission.open(connection, peer),
    disconnected: ({ role, request }, { summary }, end) => {
      const fields = { ...summary, role, address: admission.addressOf(request), ...end };
      // A client that was never in a room was never admitted.
      const joined = "room" in summary;
      metrics?.closed(role, { ...end, joined });
      if (joined)
        visits.line({ room: String(summary.room), role }, "connection closed", fields, clock());
      else refusals.refused(fields, clock());
    },
    answer: async (request) => {
      const health = { version, stopping };
      const reply = await route(request, { hub, files, admission, health, time: TIME });
      const { path } = request;
      metrics?.answered(path, reply.status);
      const refusal = path === "/readyz" ? undefined : REFUSALS[reply.status];
      if (refusal !== undefined) {
        metrics?.refused(refusal);
        refusals.refused({ path: plainText(path, 100), status: reply.status }, clock());
      }
      return reply;
    },
    streamed: (request, { summary }) => {
      const fields = { ...summary, address: admission.addressOf(request) };
      visits.line({ room: String(summary.room), role: "viewer" }, "stream closed", fields, clock());
    },
    traffic: metrics,
    held,
    descriptors,
    pace,
    now: clock,
  });
  const metricsServer =
    metrics &&
    (await startMetrics(metrics, config).catch(async (error: unknown) => {
      await server?.close(CLOSE.restarting, "the relay could not start");
      throw error;
    }));
  const { port, tick, close } = server;
  const timer = setInterval(() => {
    tick();
    hub.tick(clock(), Date.now());
    admission.tick();
    refusals.tick(clock());
    descriptors.tick(clock());
    visits.tick(clock());
  }, TICK_MS);
  return {
    port,
    metricsPort: metricsServer?.port,
    announceStop: () => {
      stopping = true;
    },
    close: async (code, reason) => {
      clearInterval(timer);
      await Promise.all([close(code, reason), metricsServer?.close()]);
    },
  };
}

function startMetrics(metrics: Metrics, { METRICS_HOST: host, METRICS_PORT: port = 0 }: Config) {
  return startMetricsServer({ host, port, metrics });
}

/** Numbers for those who count, and a line of the log for each who comes into a room. */
function logged(stats: Stats, visits: VisitLog, log: Logger): Stats {
  return {
    joined: (member) => {
      stats.joined(member);
      const { kind, room } = member;
      // One picture each; a tool may request one per second.
      if (kind === "snapshot") log.debug(member, "joined");
      else visits.line({ room, role: roleOf(kind) }, "joined", member, clock());
    },
    applied: (update) => stats.applied(update),
    sent: (kind, update) => stats.sent(kind, update),
    drawn: (kind, lagMs) => stats.drawn(kind, lagMs),
    dropped: (reason) => stats.dropped(reason),
    windowed: (kind, bytes) => stats.windowed(kind, bytes),
  };
}

/** Whole ms, rounded up: a timer of the system is never early by more than a fraction of one. */
const TIME: Time = {
  now: clock,
  after: (delayMs, call) => {
    const timer = setTimeout(call, Math.ceil(delayMs));
    return () => clearTimeout(timer);
  },
};

/** The relay's clock: ms since 1970 that never jump. */
function clock(): number {
  return performance.timeOrigin + performance.now();
}
