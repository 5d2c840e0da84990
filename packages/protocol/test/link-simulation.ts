/**
 * Sends one picture to viewers over simulated links with any rule of flow control, and measures the age of what they see, the delay of
 * typed text, and the use of the link. Discrete events in virtual time: the same seed gives the same figures.
 *
 *   workload → tiles → rule (how much?) → cut (which?) → kernel → bottleneck → decode and draw → ack → rule
 */
import { CutQueue, type PendingTile } from "../src/hop/cut.ts";
import { Measures, type Report, SAMPLE_MS, type ShownTile } from "./link-measures.ts";
import type { Scenario, Workload } from "./link-scenarios.ts";
import { seededRandom } from "./pictures.ts";
import { EventQueue, SimulatedConnection, SimulatedLink } from "./simulated-link.ts";

const UPDATE_BYTES = 40;
const TILE_BYTES = 4;
const PING_BYTES = 40;
const PING_INTERVAL_MS = 5000;

/** A rule of flow control, as a sender uses it. */
export interface Rule {
  /** How many of the pending bytes an update may have now: all, some, or 0 to wait. */
  grant(pendingBytes: number, now: number): number;
  sent(bytes: number, now: number): void;
  acked(count: number, now: number): void;
  /** The round trip of a ping on an idle connection. */
  pinged?(rttMs: number): void;
}

/** Runs a scenario. @returns a report for each viewer */
export function simulate(scenario: Scenario, makeRule: () => Rule): Report[] {
  const { workload, durationMs, seed = 1, joinsAt = [0] } = scenario;
  const events = new EventQueue();
  const random = seededRandom(seed);
  const link = new SimulatedLink(events, scenario.link, random);
  const source = new Source(workload);
  const viewers = joinsAt.map(
    (at) => new Viewer({ events, link, source, scenario, joinsAt: at }, makeRule()),
  );
  const frame = (n: number): void => {
    if (workload.movesAt?.(events.now) ?? true) {
      source.change(workload.moving, events.now);
      for (const viewer of viewers) viewer.advance();
    }
    events.at(((n + 1) * 1000) / workload.fps, () => frame(n + 1));
  };
  if (workload.moving.length > 0) frame(0);
  const key = (): void => {
    const tile = workload.typed[Math.floor(random() * workload.typed.length)];
    if (tile !== undefined && events.now > 0) {
      source.change([tile], events.now);
      for (const viewer of viewers) viewer.measures.typed(tile, source.version, events.now);
      for (const viewer of viewers) viewer.advance();
    }
    events.at(events.now + ((0.5 + random()) * 1000) / workload.keysPerS, key);
  };
  if (workload.keysPerS > 0) key();
  for (const viewer of viewers) viewer.begin();
  events.runUntil(durationMs);
  return viewers.map((viewer) => viewer.measures.report());
}

/** The contents of the screen: the version and the time of the last change of each tile. */
class Source {
  version = 1;
  readonly changedAt: Float64Array;
  readonly capturedAt: Float64Array;

  constructor(readonly workload: Workload) {
    this.changedAt = new Float64Array(workload.tileBytes.length);
    this.capturedAt = new Float64Array(workload.tileBytes.length);
    for (const [index, bytes] of workload.tileBytes.entries())
      if (bytes > 0) this.changedAt[index] = 1;
  }

  change(tiles: readonly number[], now: number): void {
    this.version++;
    for (const tile of tiles) {
      this.changedAt[tile] = this.version;
      this.capturedAt[tile] = now;
    }
  }
}

/** A sender and its viewer. */
class Viewer {
  readonly measures: Measures;
  readonly #connection: SimulatedConnection;
  readonly #sentVersion: Float64Array;
  readonly #sentAt: Float64Array;
  #cursor = 0;
  #unapplied = 0;
  #drawnAt = 0;
  #joined = false;

  constructor(
    private readonly around: {
      readonly events: EventQueue;
      readonly link: SimulatedLink;
      readonly source: Source;
      readonly scenario: Scenario;
      readonly joinsAt: number;
    },
    private readonly rule: Rule,
  ) {
    const { source, link, scenario } = around;
    this.#connection = new SimulatedConnection(link, scenario.kernelBytes ?? 4e6);
    this.#sentVersion = new Float64Array(source.changedAt.length);
    this.#sentAt = new Float64Array(source.changedAt.length).fill(-1);
    this.measures = new Measures(scenario, link);
  }

  begin(): void {
    this.around.events.at(this.around.joinsAt, () => {
      this.#joined = true;
      this.#ping();
      this.advance();
    });
    this.#sample(Math.max(this.around.scenario.fromMs, this.around.joinsAt));
  }

  /** Sends as much as the rule allows. */
  advance(): void {
    while (this.#joined && this.#sendOne());
  }

  #sendOne(): boolean {
    const { events, source, scenario } = this.around;
    const pending = this.#pending();
    if (pending.length === 0) return false;
    const pendingBytes = updateBytes(pending);
    const granted = this.rule.grant(pendingBytes, events.now);
    if (granted <= 0) return false;
    const columns = scenario.smallFirst === false ? undefined : source.workload.columns;
    const chosen =
      granted >= pendingBytes
        ? pending
        : new CutQueue(pending, { columns })
            .choose(granted - UPDATE_BYTES)
            .sort((a, b) => a.index - b.index);
    const bytes = updateBytes(chosen);
    const shown: ShownTile[] = chosen.map(({ index }) => ({
      tile: index,
      version: source.changedAt[index] ?? 0,
      capturedAt: source.capturedAt[index] ?? 0,
    }));
    const sentAt = events.now;
    const taken = this.#connection.send(bytes, () => this.#arrived({ bytes, shown, sentAt }));
    if (!taken) {
      events.at(events.now + SAMPLE_MS, () => this.advance());
      return false;
    }
    for (const { index } of chosen) {
      this.#sentVersion[index] = source.version;
      this.#sentAt[index] = events.now;
    }
    if (chosen.length === pending.length) this.#cursor = source.version;
    this.#unapplied++;
    this.rule.sent(bytes, events.now);
    this.measures.sent();
    return true;
  }

  #pending(): PendingTile[] {
    const { source } = this.around;
    const pending: PendingTile[] = [];
    if (this.#cursor === source.version) return pending;
    source.changedAt.forEach((version, index) => {
      if (version <= (this.#sentVersion[index] ?? 0)) return;
      const bytesLength = (source.workload.tileBytes[index] ?? 0) + TILE_BYTES;
      pending.push({ index, bytesLength, sentAt: this.#sentAt[index] ?? -1 });
    });
    return pending;
  }

  #arrived(update: { bytes: number; shown: readonly ShownTile[]; sentAt: number }): void {
    const { events, scenario } = this.around;
    const { applyMs = () => 8 } = scenario;
    this.#drawnAt = Math.max(this.#drawnAt, events.now) + applyMs(update.bytes);
    events.at(this.#drawnAt, () => {
      this.measures.drawn(update, events.now);
      this.#connection.answer(() => {
        this.#unapplied--;
        this.rule.acked(1, events.now);
        this.advance();
      });
    });
  }

  /** Only a ping on a connection that was idle and stayed so measures the base round trip. */
  #ping(): void {
    const { events } = this.around;
    events.at(events.now + PING_INTERVAL_MS, () => this.#ping());
    if (this.#unapplied > 0) return;
    const sentAt = events.now;
    this.#connection.send(PING_BYTES, () => {
      this.#connection.answer(() => this.rule.pinged?.(events.now - sentAt));
    });
  }

  #sample(at: number): void {
    const { events } = this.around;
    events.at(at, () => {
      const waiting = this.#pending().length > 0;
      this.measures.sample({ now: events.now, waiting, buffered: this.#connection.buffered });
      this.#sample(events.now + SAMPLE_MS);
    });
  }
}

function updateBytes(tiles: readonly { readonly bytesLength: number }[]): number {
  return tiles.reduce((sum, { bytesLength }) => sum + bytesLength, UPDATE_BYTES);
}
