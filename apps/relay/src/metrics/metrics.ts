/**
 * Prometheus metrics of the relay; the only file that imports prom-client. No label takes a value that a client can choose, and no
 * metric names rooms or people: monitoring must not reveal who shares what with whom. Values are in base units, seconds and bytes,
 * as Prometheus recommends.
 */
import { CLOSE, type CloseCode } from "@screen-share/protocol";
import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from "prom-client";
import type { Hub } from "../core/hub.ts";
import {
  type DropReason,
  type ProducerKind,
  roleOf,
  type Stats,
  type ViewerKind,
} from "../core/stats.ts";

/** Where payload travels. */
type Channel = "producer" | "viewer" | "http";

const KINDS: Readonly<Record<ProducerKind | ViewerKind, string>> = {
  producer: "v1",
  "plain producer": "plain",
  viewer: "v1",
  "plain viewer": "plain",
  "mjpeg viewer": "mjpeg",
  snapshot: "snapshot",
};
const PRODUCER_KINDS: readonly ProducerKind[] = ["producer", "plain producer"];
const VIEWER_KINDS: readonly ViewerKind[] = ["viewer", "plain viewer", "mjpeg viewer", "snapshot"];

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

export class Metrics implements Stats {
  readonly #registry = new Registry();

  readonly #joins = this.#counter("joins_total", "Clients that joined a room.", "role", "kind");
  readonly #updateBytes = this.#histogram("update_bytes", "Size of applied updates.", {
    buckets: UPDATE_BYTES,
  });
  readonly #uplink = this.#histogram(
    "uplink_seconds",
    "Time from encoding an update on the host to its arrival at the relay, by the clocks of both.",
    { buckets: SECONDS },
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
    { buckets: SECONDS, labels: ["kind"] },
  );
  readonly #window = this.#histogram(
    "viewer_window_bytes",
    "Bytes that may be in flight to each viewer, sampled once per second.",
    { buckets: WINDOW_BYTES, labels: ["kind"] },
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
    const help = "The running version; always 1.";
    new Gauge({ ...this.#named("build_info", help), labelNames: ["version"] }).set({ version }, 1);
  }

  joined({ kind }: { readonly kind: ProducerKind | ViewerKind }): void {
    this.#joins.inc({ role: roleOf(kind), kind: KINDS[kind] });
  }

  applied({ bytes, uplinkMs }: { readonly bytes: number; readonly uplinkMs: number | undefined }) {
    this.#updateBytes.observe(bytes);
    if (uplinkMs !== undefined) this.#uplink.observe(uplinkMs / 1000);
  }

  sent(kind: ViewerKind, { cut, skipped }: { readonly cut: boolean; readonly skipped: number }) {
    this.#sent.inc({ kind: KINDS[kind] });
    if (cut) this.#cuts.inc();
    if (skipped > 0) this.#skipped.inc(skipped);
  }

  drawn(kind: ViewerKind, lagMs: number): void {
    this.#lag.observe({ kind: KINDS[kind] }, lagMs / 1000);
  }

  logLineSuppressed(): void {
    this.#suppressedLines.inc();
  }

  dropped(reason: DropReason): void {
    this.#drops.inc({ reason });
  }

  windowed(kind: ViewerKind, bytes: number): void {
    this.#window.observe({ kind: KINDS[kind] }, bytes);
  }

  received(channel: Channel, bytes: number): void {
    this.#received.inc({ channel }, bytes);
  }

  delivered(channel: Channel, bytes: number): void {
    this.#delivered.inc({ channel }, bytes);
  }

  /**
   * A WebSocket was closed.
   * @param end.by who chose the code; a client may choose any that applications may use
   * @param end.joined whether the client had joined a room
   */
  closed(
    role: string,
    end: { readonly code: number; readonly by: "client" | "relay"; readonly joined: boolean },
  ): void {
    const reason = end.by === "relay" ? REASONS.get(end.code) : undefined;
    const known = reason !== undefined || CLIENT_CODES.includes(end.code);
    if (end.joined) this.#closed.inc({ role, code: known ? end.code : "other" });
    else this.#refused.inc({ via: "websocket", reason: reason ?? "left" });
  }

  /** An HTTP request was replied to. */
  answered(path: string, status: number): void {
    this.#requests.inc({ path: PATHS.includes(path) ? path : "other", status });
  }

  /** An HTTP request was refused. @param code what a WebSocket would have been closed with */
  refused(code: CloseCode): void {
    this.#refused.inc({ via: "http", reason: REASONS.get(code) ?? "other" });
  }

  /** Adds what is counted at each scrape. @param memoryBytes the limit for all pictures together */
  watch(hub: Hub, memoryBytes: number): void {
    this.#gauge("picture_memory_limit_bytes", "Limit for all pictures.", () => memoryBytes);
    this.#gauge("picture_memory_bytes", "Held by all pictures.", () => hub.pictureBytes);
    this.#gauge(
      "composed_memory_bytes",
      "Held by JPEGs composed of pictures.",
      () => hub.composedBytes,
    );
    this.#gauge(
      "held_bytes",
      "Buffered for clients that have not read it.",
      () => hub.held.usedBytes,
    );
    this.#gauge("rooms", "Rooms in memory.", () => hub.roomCount);
    const clients = (kinds: readonly (ProducerKind | ViewerKind)[]) => (gauge: Gauge) => {
      for (const kind of kinds) gauge.set({ kind: KINDS[kind] }, 0);
      for (const census of hub.census()) {
        for (const kind of kinds) gauge.inc({ kind: KINDS[kind] }, census.kinds[kind] ?? 0);
      }
    };
    this.#collected("producers", "Connected producers.", clients(PRODUCER_KINDS), ["kind"]);
    this.#collected("viewers", "Connected viewers.", clients(VIEWER_KINDS), ["kind"]);
    this.#gauge("viewers_hidden", "Connected viewers whose page is hidden.", () =>
      [...hub.census()].reduce((sum, { hidden }) => sum + hidden, 0),
    );
  }

  get contentType(): string {
    return this.#registry.contentType;
  }

  /** All metrics in Prometheus' text format. */
  async text(): Promise<string> {
    return await this.#registry.metrics();
  }

  #counter(name: string, help: string, ...labelNames: string[]): Counter {
    return new Counter({ ...this.#named(name, help), labelNames });
  }

  #histogram(
    name: string,
    help: string,
    { buckets, labels = [] }: { readonly buckets: number[]; readonly labels?: string[] },
  ): Histogram {
    return new Histogram({ ...this.#named(name, help), buckets, labelNames: labels });
  }

  #gauge(name: string, help: string, read: () => number): void {
    this.#collected(name, help, (gauge) => gauge.set(read()));
  }

  /** A gauge that is set at each scrape. */
  #collected(
    name: string,
    help: string,
    collect: (gauge: Gauge) => void,
    labelNames: string[] = [],
  ): void {
    const gauge: Gauge = new Gauge({
      ...this.#named(name, help),
      labelNames,
      collect: () => collect(gauge),
    });
  }

  #named(name: string, help: string) {
    return { name: `screen_share_${name}`, help, registers: [this.#registry] };
  }
}
