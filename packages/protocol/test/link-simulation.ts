/**
 * Sends one picture to viewers over simulated links with any rule of flow control, and measures the age of what they see, the delay of
 * typed text, and the use of the link. It runs in virtual time, so the same seed gives the same figures.
 *
 *   workload → tiles → rule (how much?) → cut (which?) → kernel → bottleneck → decode and draw → ack → rule
 */
import { CutQueue, type PendingTile } from "../src/hop/cut.ts";
import { FakeTime } from "./fake-time.ts";
import { Measures, type Report, SAMPLE_MS, type ShownTile } from "./link-measures.ts";
import type { Scenario, Workload } from "./link-scenarios.ts";
import { seededRandom } from "./pictures.ts";
import { SimulatedConnection, SimulatedLink } from "./simulated-link.ts";

const UPDATE_BYTES = 40;
const TILE_BYTES = 4;
const PING_BYTES = 40;
const PING_INTERVAL_MS = 5000;

export interface Rule {
  /** How many of the pending bytes an update may have now: all, some, or 0 to wait. */
  grant(pendingBytes: number, now: number): number;
  sent(bytes: number, now: number): void;
  acked(count: number, now: number): void;
  /** The round trip of a ping on an idle connection. */
  pinged?(rttMs: number): void;
}

/** @returns a report for each viewer */
export function simulate(scenario: Scenario, makeRule: () => Rule): Report[] {
  const { workload, durationMs, seed = 1, joinsAt = [0] } = scenario;
  const time = new FakeTime();
  const random = seededRandom(seed);
  const link = new SimulatedLink(time, scenario.link, random);
  const source = new Source(workload);
  const viewers = joinsAt.map(
    (at) => new Viewer({ time, link, source, scenario, joinsAt: at }, makeRule()),
  );
  const frame = (n: number): void => {
    if (workload.movesAt?.(time.now()) ?? true) {
      source.change(workload.moving, time.now());
      for (const viewer of viewers) viewer.advance();
    }
    time.at(((n + 1) * 1000) / workload.fps, () => frame(n + 1));
  };
  if (workload.moving.length > 0) frame(0);
  const key = (): void => {
    const tile = workload.typed[Math.floor(random() * workload.typed.length)];
    if (tile !== undefined && time.now() > 0) {
      source.change([tile], time.now());
      for (const viewer of viewers) viewer.measures.typed(tile, source.version, time.now());
      for (const viewer of viewers) viewer.advance();
    }
    time.after(((0.5 + random()) * 1000) / workload.keysPerS, key);
  };
  if (workload.keysPerS > 0) key();
  for (const viewer of viewers) viewer.begin();
  time.advance(durationMs);
  return viewers.map((viewer) => viewer.measures.report());
}

/** The contents of the screen: the version and the time of the last change of each tile. */
class Source {
  version = 1;
  readonly changedAt: Float64Array;
  readonly capturedAt: Float64Array;

  constructor(readonly workload: Workload) {
    this.changedAt = Float64Array.from(workload.tileBytes, (bytes) => (bytes > 0 ? 1 : 0));
    this.capturedAt = new Float64Array(workload.tileBytes.length);
  }

  change(tiles: readonly number[], now: number): void {
    this.version++;
    for (const tile of tiles) {
      this.changedAt[tile] = this.version;
      this.capturedAt[tile] = now;
    }
  }
}

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
      readonly time: FakeTime;
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
    this.around.time.at(this.around.joinsAt, () => {
      this.#joined = true;
      this.#ping();
      this.advance();
    });
    this.#sample(Math.max(this.around.scenario.fromMs, this.around.joinsAt));
  }

  advance(): void {
    while (this.#joined && this.#sendOne());
  }

  #sendOne(): boolean {
    const { time, source, scenario } = this.around;
    const pending = this.#pending();
    if (pending.length === 0) return false;
    const pendingBytes = updateBytes(pending);
    const granted = this.rule.grant(pendingBytes, time.now());
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
    const sentAt = time.now();
    const taken = this.#connection.send(bytes, () => this.#arrived({ bytes, shown, sentAt }));
    if (!taken) {
      time.after(SAMPLE_MS, () => this.advance());
      return false;
    }
    for (const { index } of chosen) {
      this.#sentVersion[index] = source.version;
      this.#sentAt[index] = time.now();
    }
    if (chosen.length === pending.length) this.#cursor = source.version;
    this.#unapplied++;
    this.rule.sent(bytes, time.now());
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
    const { time, scenario } = this.around;
    const { applyMs = () => 8 } = scenario;
    this.#drawnAt = Math.max(this.#drawnAt, time.now()) + applyMs(update.bytes);
    time.at(this.#drawnAt, () => {
      this.measures.drawn(update, time.now());
      this.#connection.answer(() => {
        this.#unapplied--;
        this.rule.acked(1, time.now());
        this.advance();
      });
    });
  }

  /** Only a ping on a connection that was idle and stayed so measures the base round trip. */
  #ping(): void {
    const { time } = this.around;
    time.after(PING_INTERVAL_MS, () => this.#ping());
    if (this.#unapplied > 0) return;
    const sentAt = time.now();
    this.#connection.send(PING_BYTES, () => {
      this.#connection.answer(() => this.rule.pinged?.(time.now() - sentAt));
    });
  }

  #sample(at: number): void {
    const { time } = this.around;
    time.at(at, () => {
      const waiting = this.#pending().length > 0;
      this.measures.sample({ now: time.now(), waiting, buffered: this.#connection.buffered });
      this.#sample(time.now() + SAMPLE_MS);
    });
  }
}

function updateBytes(tiles: readonly { readonly bytesLength: number }[]): number {
  return tiles.reduce((sum, { bytesLength }) => sum + bytesLength, UPDATE_BYTES);
}
