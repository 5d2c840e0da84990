/**
 * Prometheus metrics of the relay; the only file that imports prom-client. No label takes a value that a client can choose, and no
 * metric names rooms or people: monitoring must not reveal who shares what with whom. Values are in seconds and bytes.
 */
import { CLOSE, type CloseCode, type Role } from "@screen-share/protocol";
import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from "prom-client";
import type { Hub } from "../core/hub.ts";
import type { Census } from "../core/room.ts";
import {
  PRODUCER_KINDS,
  type ProducerKind,
  roleOf,
  type Stats,
  VIEWER_KINDS,
  type ViewerKind,
} from "../core/stats.ts";
import type { SocketEnd, Traffic } from "../transport/transport.ts";

const KINDS: Readonly<Record<ProducerKind | ViewerKind, string>> = {
  producer: "v1",
  "plain producer": "plain",
  viewer: "v1",
  "plain viewer": "plain",
  "mjpeg viewer": "mjpeg",
  snapshot: "snapshot",
};

const KIB = 1024;
const SECONDS = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10];
const WINDOW_BYTES = [4, 16, 64, 256, 1024, 4096].map((n) => n * KIB);
const UPDATE_BYTES = [0.25, 1, 4, 16, 64, 256, 1024, 4096, 16_384].map((n) => n * KIB);

/** Names of our close codes, as label values. */
const REASONS = new Map<number, string>(
  Object.entries(CLOSE).map(([name, code]) => [code, name.replace(/[A-Z]/g, "_$&").toLowerCase()]),
);
/** WebSocket's own codes for a client that disconnected (RFC 6455 §7.4.1). */
const CLIENT_CODES: readonly number[] = [1000, 1001, 1005, 1006];
/** Paths with a label value of their own. A client can request any other. */
const PATHS: readonly string[] = ["/", "/healthz", "/readyz", "/snapshot.jpg", "/stream.mjpeg"];

export class Metrics implements Stats, Traffic {
  readonly #registry = new Registry();
  readonly contentType = this.#registry.contentType;

  readonly #joins = this.#counter("joins_total", "Clients that joined a room.", "role", "kind");
  readonly #updateBytes = this.#histogram("update_bytes", "Size of applied updates.", UPDATE_BYTES);
  readonly #uplink = this.#histogram(
    "uplink_seconds",
    "Time from encoding an update on the host to its arrival at the relay, by the clocks of both.",
    SECONDS,
  );
  readonly #sent = this.#counter("updates_sent_total", "Updates and pictures sent.", "kind");
  readonly #cuts = this.#counter(
    "cuts_sent_total",
    "Updates that carried only the part of a change that fitted the viewer's window.",
  );
  readonly #skipped = this.#counter(
    "skipped_versions_total",
    "Versions that a viewer was not sent because a newer one arrived before it could take them.",
  );
  readonly #lag = this.#histogram(
    "viewer_lag_seconds",
    "Time from an update's arrival at the relay to the viewer's ack that it is drawn.",
    SECONDS,
    "kind",
  );
  readonly #window = this.#histogram(
    "viewer_window_bytes",
    "Bytes that may be in flight to each viewer, sampled once per second.",
    WINDOW_BYTES,
    "kind",
  );
  readonly #drops = this.#counter("drops_total", "Dropped to protect other clients.", "reason");
  readonly #suppressedLines = this.#counter(
    "log_lines_bundled_total",
    "Log lines about joins and leaves that were only counted, because there were too many.",
  );
  readonly #received = this.#counter("received_bytes_total", "Payload received.", "channel");
  readonly #delivered = this.#counter("sent_bytes_total", "Payload sent.", "channel");
  readonly #closed = this.#counter(
    "connections_closed_total",
    "Closed WebSockets of clients that had joined a room, by close code.",
    "role",
    "code",
  );
  readonly #refused = this.#counter("refused_total", "Refused clients.", "via", "reason");
  readonly #requests = this.#counter("http_requests_total", "HTTP requests.", "path", "status");

  /** @param options.version the product's version */
  constructor({ version }: { readonly version: string }) {
    collectDefaultMetrics({ register: this.#registry });
    const named = this.#named("build_info", "The running version; always 1.");
    new Gauge({ ...named, labelNames: ["version"] }).set({ version }, 1);
  }

  readonly joined: Stats["joined"] = ({ kind }) =>
    this.#joins.inc({ role: roleOf(kind), kind: KINDS[kind] });
  readonly applied: Stats["applied"] = ({ bytes, uplinkMs }) => {
    this.#updateBytes.observe(bytes);
    if (uplinkMs !== undefined) this.#uplink.observe(uplinkMs / 1000);
  };
  readonly sent: Stats["sent"] = (kind, { cut, skipped }) => {
    this.#sent.inc({ kind: KINDS[kind] });
    if (cut) this.#cuts.inc();
    if (skipped > 0) this.#skipped.inc(skipped);
  };
  readonly logLineSuppressed = () => this.#suppressedLines.inc();
  readonly drawn: Stats["drawn"] = (kind, lagMs) =>
    this.#lag.observe({ kind: KINDS[kind] }, lagMs / 1000);
  readonly dropped: Stats["dropped"] = (reason) => this.#drops.inc({ reason });
  readonly windowed: Stats["windowed"] = (kind, bytes) =>
    this.#window.observe({ kind: KINDS[kind] }, bytes);
  readonly received: Traffic["received"] = (channel, bytes) =>
    this.#received.inc({ channel }, bytes);
  readonly delivered: Traffic["delivered"] = (channel, bytes) =>
    this.#delivered.inc({ channel }, bytes);

  /** A WebSocket was closed. A client may choose any code that applications may use. @param end.joined whether it was in a room */
  closed(
    role: Role,
    { code, by, joined }: Pick<SocketEnd, "code" | "by"> & { readonly joined: boolean },
  ): void {
    const reason = by === "relay" ? REASONS.get(code) : undefined;
    const known = reason !== undefined || CLIENT_CODES.includes(code);
    if (joined) this.#closed.inc({ role, code: known ? code : "other" });
    else this.#refused.inc({ via: "websocket", reason: reason ?? "left" });
  }

  /** An HTTP request was replied to. */
  readonly answered = (path: string, status: number) =>
    this.#requests.inc({ path: PATHS.includes(path) ? path : "other", status });
  /** An HTTP request was refused. @param code what a WebSocket would have been closed with */
  readonly refused = (code: CloseCode) =>
    this.#refused.inc({ via: "http", reason: REASONS.get(code) ?? "other" });

  /** Adds what is counted at each scrape. */
  watch(hub: Hub): void {
    const total = (count: (census: Census) => number) =>
      hub.census().reduce((sum, census) => sum + count(census), 0);
    const { held, maxPictureBytes } = hub.options;
    this.#gauge("picture_memory_limit_bytes", "Limit for all pictures.", () => maxPictureBytes);
    this.#gauge("picture_memory_bytes", "Held by all pictures.", () => hub.pictureBytes);
    this.#gauge("composed_memory_bytes", "Held by composed JPEGs.", () => hub.composedBytes);
    this.#gauge("held_bytes", "Buffered for clients that have not read it.", () => held.usedBytes);
    this.#gauge("rooms", "Rooms in memory.", () => hub.census().length);
    const hidden = () => total((census) => census.hidden);
    this.#gauge("viewers_hidden", "Connected viewers whose page is hidden.", hidden);
    for (const [name, kinds] of Object.entries({
      producers: PRODUCER_KINDS,
      viewers: VIEWER_KINDS,
    })) {
      this.#collected(name, `Connected ${name}.`, ["kind"], (gauge) => {
        for (const kind of kinds) {
          gauge.set(
            { kind: KINDS[kind] },
            total((census) => census.kinds[kind] ?? 0),
          );
        }
      });
    }
  }

  /** All metrics in Prometheus' text format. */
  text(): Promise<string> {
    return this.#registry.metrics();
  }

  #counter(name: string, help: string, ...labelNames: string[]): Counter {
    return new Counter({ ...this.#named(name, help), labelNames });
  }

  #histogram(name: string, help: string, buckets: number[], ...labelNames: string[]): Histogram {
    return new Histogram({ ...this.#named(name, help), buckets, labelNames });
  }

  #gauge(name: string, help: string, read: () => number): void {
    this.#collected(name, help, [], (gauge) => gauge.set(read()));
  }

  /** A gauge that is set at each scrape. */
  #collected(
    name: string,
    help: string,
    labelNames: string[],
    collect: (gauge: Gauge) => void,
  ): void {
    const options = { ...this.#named(name, help), labelNames, collect: () => collect(gauge) };
    const gauge: Gauge = new Gauge(options);
  }

  #named(name: string, help: string) {
    return { name: `screen_share_${name}`, help, registers: [this.#registry] };
  }
}
