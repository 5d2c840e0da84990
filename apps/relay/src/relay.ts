/** Wires one relay: rooms, admission and a server, and the timer that drives them. */
import { createHash, randomBytes } from "node:crypto";
import { CLOSE, plainText } from "@screen-share/protocol";
import { Admission, type AdmissionOptions } from "./access/admission.ts";
import { Auth } from "./access/auth.ts";
import { BoundedLog } from "./bounded-log.ts";
import type { RelayConfig } from "./config.ts";
import { MemoryDirectory } from "./core/directory.ts";
import { HeldBytes } from "./core/held-bytes.ts";
import { Hub } from "./core/hub.ts";
import { PlainProducer } from "./core/plain-producer.ts";
import { PlainViewer } from "./core/plain-viewer.ts";
import { ProducerSession, type ProducerSessionOptions } from "./core/producer-session.ts";
import { roleOf, type Stats, UNCOUNTED } from "./core/stats.ts";
import { Turns } from "./core/turns.ts";
import { MAX_VIEWER_MESSAGE_BYTES, ViewerSession } from "./core/viewer-session.ts";
import { Work } from "./core/work.ts";
import { route } from "./http/router.ts";
import type { StaticFiles } from "./http/static.ts";
import type { Logger } from "./log.ts";
import { LoopTime } from "./loop-time.ts";
import { Metrics } from "./metrics/metrics.ts";
import { startMetricsServer } from "./metrics/metrics-server.ts";
import { chooseTransport } from "./transport/choose.ts";
import { Descriptors, descriptorLimit, openDescriptors } from "./transport/descriptors.ts";

const TICK_MS = 1000;
const OUT_OF_DESCRIPTORS =
  "new connections are refused: this process is out of file descriptors, or HTTP uses its half of them; raise the limit (ulimit -n, LimitNOFILE)";
/** Time per turn of the event loop for joins and ticks of connections, ms. */
const TURN_MS = 4;
/** Memory for composed JPEGs, as a share of the memory for pictures. */
const COMPOSED_SHARE = 1 / 2;
/** Per room and role. */
const VISITS = {
  rate: { capacity: 100, perSecond: 1 },
  summary: "log lines about joins and leaves were suppressed",
};
const REFUSALS = {
  rate: { capacity: 20, perSecond: 20 / 60 },
  summary: "log lines about refused clients were suppressed",
};

export interface RunningRelay {
  readonly port: number;
  /** Undefined if metrics are disabled. */
  readonly metricsPort: number | undefined;
  /** Makes `/readyz` report that no new clients should be sent here. Everything else continues. */
  announceStop(): void;
  /** Closes every connection with this code and frees the port. */
  close(code: number, reason: string): Promise<void>;
}

/** @throws Error in plain words if a port cannot be listened on */
export async function startRelay(
  config: RelayConfig,
  { log, files, version }: { log: Logger; files: StaticFiles; version: string },
): Promise<RunningRelay> {
  const metrics = config.METRICS_PORT === undefined ? undefined : new Metrics({ version });
  const time = new LoopTime();
  const clock = () => time.now();
  const suppressed = metrics?.logLineSuppressed;
  const visits = new BoundedLog(log, { ...VISITS, suppressed }, clock());
  const refusals = new BoundedLog(log, REFUSALS, clock());
  const joined: Stats["joined"] = (member) => {
    metrics?.joined(member);
    const { kind, room } = member;
    // A tool may request a snapshot every second.
    if (kind === "snapshot") log.debug(member, "joined");
    else visits.line({ room, role: roleOf(kind) }, "joined", member, clock());
  };
  const held: HeldBytes = new HeldBytes(config.maxHeldBytes, () =>
    hub.options.stats.dropped("buffers_full"),
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
    time,
    held,
    stats: { ...(metrics ?? UNCOUNTED), joined },
  });
  metrics?.watch(hub);
  const auth = new Auth({
    keys: config.keys,
    linkTtlMs: config.LINK_TTL,
    viewerUrl: config.VIEWER_URL,
    wallNow: Date.now,
  });
  let stopping = false;
  const maxBytes = { producer: config.MAX_MESSAGE_BYTES, viewer: MAX_VIEWER_MESSAGE_BYTES };
  const producing: ProducerSessionOptions = {
    maxBytes: maxBytes.producer,
    mintLink: (link, done) => auth.mintLink(link, done),
    wallNow: Date.now,
  };
  const createSession: AdmissionOptions["createSession"] = (client, peer) => {
    const { hello, grant, claim } = client;
    const now = clock();
    const room = hub.enter(client.room, now);
    if (!claim) return new (hello ? ViewerSession : PlainViewer)(room, peer, grant, now);
    return hello && "producerId" in hello
      ? new ProducerSession({ room, hello, grant, claim }, peer, producing, now)
      : new PlainProducer({ room, grant, claim }, peer, producing, now);
  };
  const turns = new Turns({ maxMs: TURN_MS, clock, nextTurn: setImmediate });
  const pace = (task: () => void) => turns.run(task);
  const admission = new Admission({
    tokens: auth,
    directory: new MemoryDirectory(),
    // The configured viewer page may always connect.
    allowedOrigins:
      config.ALLOWED_ORIGINS.length > 0 && config.VIEWER_URL !== undefined
        ? [...config.ALLOWED_ORIGINS, new URL(config.VIEWER_URL).origin]
        : config.ALLOWED_ORIGINS,
    queryTokens: config.QUERY_TOKENS,
    trustedHeader: config.TRUST_PROXY,
    maxMessageLength: maxBytes,
    createSession,
    pace,
    now: clock,
    sha256: (text) => createHash("sha256").update(text).digest("base64url"),
    decodeBase64: (encoded) => Buffer.from(encoded, "base64").toString(),
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
  const server = await startServer({
    host: config.HOST,
    port: config.PORT,
    maxBytes,
    maxUnfinishedBytes: config.maxUnfinishedBytes,
    admitted: ({ summary }) => "room" in summary,
    connect: (connection, peer) => admission.open(connection, peer),
    disconnected: ({ role, request }, { summary }, end) => {
      const fields = { ...summary, role, address: admission.addressOf(request), ...end };
      // A client that was never in a room was never admitted.
      const joined = "room" in summary;
      metrics?.closed(role, { ...end, joined });
      if (!joined) return refusals.line({}, "refused", fields, clock());
      visits.line({ room: String(summary.room), role }, "connection closed", fields, clock());
    },
    answer: async (request) => {
      const options = { hub, files, admission, version, stopping, time };
      const reply = await route(request, options);
      const { path } = request;
      metrics?.answered(path, reply.status);
      if ("refused" in reply && reply.refused !== undefined) {
        metrics?.refused(reply.refused);
        const fields = { path: plainText(path, 100), status: reply.status };
        refusals.line({}, "refused", fields, clock());
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
    handles: () => time.handles(),
  });
  const { METRICS_HOST, METRICS_PORT = 0 } = config;
  const address = { host: METRICS_HOST, port: METRICS_PORT };
  const metricsServer =
    metrics &&
    (await startMetricsServer(address, metrics).catch(async (error: unknown) => {
      await server.close(CLOSE.restarting, "the relay could not start");
      throw error;
    }));
  const timer = setInterval(() => {
    time.handles();
    server.tick();
    hub.tick(clock(), Date.now());
    admission.tick();
    refusals.tick(clock());
    descriptors.tick(clock());
    visits.tick(clock());
  }, TICK_MS);
  return {
    port: server.port,
    metricsPort: metricsServer?.port,
    announceStop: () => {
      stopping = true;
    },
    close: async (code, reason) => {
      clearInterval(timer);
      await Promise.all([server.close(code, reason), metricsServer?.close()]);
    },
  };
}
