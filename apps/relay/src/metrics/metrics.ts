/**
 * What the relay counts, in the words of Prometheus: the one file that knows prom-client. No label has values that a client
 * could choose; rooms and names stay out of it, since who shares what with whom is nobody's business who only watches the relay.
 * Figures have base units, seconds and bytes, as Prometheus' naming asks for.
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

/** What bytes travel on. */
export type Channel = "producer" | "viewer" | "http";

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

/** Close codes by their names in the protocol; and those of WebSocket that say how a client left (RFC 6455 §7.4.1). */
const REASONS = new Map<number, string>(
  Object.entries(CLOSE).map(([name, code]) => [code, name.replace(/[A-Z]/g, "_$&").toLowerCase()]),
);
const CLIENT_CODES: readonly number[] = [1000, 1001, 1005, 1006];
/** Of paths, only what there is: anybody may ask for anything. */
const PATHS: readonly string[] = ["/", "/healthz", "/readyz", "/snapshot.jpg", "/stream.mjpeg"];

export class Metrics implements Stats {
  readonly #registry = new Registry();

  /** @param options.version the product's */
  constructor({ version }: { readonly version: string }) {
    collectDefaultMetrics({ register: this.#registry });
    this.#gauge("build_info", "The version that runs; always 1.", ["version"]).set({ version }, 1);
  }

  readonly #joins = this.#counter("joins_total", "Connections that came into a room.", [
    "role",
    "kind",
  ]);
  readonly #updateBytes = this.#histogram(
    "update_bytes",
    "The size of each producer's update that was applied.",
    { buckets: UPDATE_BYTES },
  );
  readonly #uplink = this.#histogram(
    "uplink_seconds",
    "From an update's encoding on the host to the relay, by the clocks of both.",
    { buckets: SECONDS },
  );
  readonly #sent = this.#counter("updates_sent_total", "Updates and pictures sent to viewers.", [
    "kind",
  ]);
  readonly #cuts = this.#counter(
    "cuts_sent_total",
    "Those of them that were only the part of a change that fitted the viewer's window.",
  );
  readonly #skipped = this.#counter(
    "skipped_versions_total",
    "Versions of pictures that viewers were not sent, because the next one was there before they could take it.",
  );
  readonly #lag = this.#histogram(
    "viewer_lag_seconds",
    "From an update's arrival at the relay to the viewer's word that it is drawn.",
    { buckets: SECONDS, labelNames: ["kind"] },
  );
  readonly #window = this.#histogram(
    "viewer_window_bytes",
    "How much may be in flight to each viewer, looked at once a second.",
    { buckets: WINDOW_BYTES, labelNames: ["kind"] },
  );
  readonly #drops = this.#counter(
    "drops_total",
    "What was refused or ended for the sake of the others, by reason.",
    ["reason"],
  );
  readonly #bundledLines = this.#counter(
    "log_lines_bundled_total",
    "Lines of the log about who came and went that were only counted, since there were too many.",
  );
  readonly #received = this.#counter("received_bytes_total", "Payload that came.", ["channel"]);
  readonly #delivered = this.#counter("sent_bytes_total", "Payload that went out.", ["channel"]);
  readonly #closed = this.#counter(
    "connections_closed_total",
    "WebSockets that had been in a room, by close code.",
    ["role", "code"],
  );
  readonly #refused = this.#counter("refused_total", "Who was not let in, and why.", [
    "via",
    "reason",
  ]);
  readonly #requests = this.#counter("http_requests_total", "HTTP requests that were answered.", [
    "path",
    "status",
  ]);

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

  /** A line of the log was only counted. */
  bundled(): void {
    this.#bundledLines.inc();
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
   * A WebSocket ended.
   * @param end.by whose the code is: a client may choose any of those that applications may
   * @param end.joined whether it was ever in a room
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

  answered(path: string, status: number): void {
    this.#requests.inc({ path: PATHS.includes(path) ? path : "other", status });
  }

  /** A request for a picture was refused, for what a WebSocket would have been closed with this code. */
  refused(code: CloseCode): void {
    this.#refused.inc({ via: "http", reason: REASONS.get(code) ?? "other" });
  }

  /** Counts what is there whenever somebody asks. @param memoryBytes what pictures may hold together */
  watch(hub: Hub, memoryBytes: number): void {
    this.#gauge("picture_memory_limit_bytes", "What all pictures may hold.").set(memoryBytes);
    this.#collected("picture_memory_bytes", "What all pictures hold.", [], (gauge) =>
      gauge.set(hub.pictureBytes),
    );
    this.#collected("composed_memory_bytes", "What whole JPEGs of pictures hold.", [], (gauge) =>
      gauge.set(hub.composedBytes),
    );
    this.#collected("held_bytes", "What is held for clients that have not taken it.", [], (gauge) =>
      gauge.set(hub.held.usedBytes),
    );
    this.#collected("rooms", "Rooms that are remembered.", [], (gauge) => gauge.set(hub.roomCount));
    const perKind = (kinds: readonly (ProducerKind | ViewerKind)[]) => (gauge: Gauge) => {
      gauge.reset();
      for (const kind of kinds) gauge.set({ kind: KINDS[kind] }, 0);
      for (const census of hub.census()) {
        for (const kind of kinds) gauge.inc({ kind: KINDS[kind] }, census.kinds[kind] ?? 0);
      }
    };
    this.#collected("producers", "Producers connected.", ["kind"], perKind(PRODUCER_KINDS));
    this.#collected("viewers", "Viewers connected.", ["kind"], perKind(VIEWER_KINDS));
    this.#collected("viewers_hidden", "Viewers whose page is hidden.", [], (gauge) => {
      gauge.set([...hub.census()].reduce((sum, { hidden }) => sum + hidden, 0));
    });
  }

  get contentType(): string {
    return this.#registry.contentType;
  }

  /** Everything, in the text format of Prometheus. */
  async text(): Promise<string> {
    return await this.#registry.metrics();
  }

  #counter(name: string, help: string, labelNames: readonly string[] = []): Counter {
    return new Counter({ ...this.#named(name, help), labelNames: [...labelNames] });
  }

  #gauge(name: string, help: string, labelNames: readonly string[] = []): Gauge {
    return new Gauge({ ...this.#named(name, help), labelNames: [...labelNames] });
  }

  /** A gauge that looks when it is asked. */
  #collected(
    name: string,
    help: string,
    labelNames: readonly string[],
    collect: (gauge: Gauge) => void,
  ): void {
    const gauge: Gauge = new Gauge({
      ...this.#named(name, help),
      labelNames: [...labelNames],
      collect: () => collect(gauge),
    });
  }

  #histogram(
    name: string,
    help: string,
    { buckets, labelNames = [] }: { buckets: readonly number[]; labelNames?: readonly string[] },
  ): Histogram {
    return new Histogram({
      ...this.#named(name, help),
      buckets: [...buckets],
      labelNames: [...labelNames],
    });
  }

  #named(name: string, help: string) {
    return { name: `screen_share_${name}`, help, registers: [this.#registry] };
  }
}
