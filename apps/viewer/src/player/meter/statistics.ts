/** Makes the figures of the statistics panel once a second. docs/statistics.md defines each figure and its accuracy. */
import type { Size, StreamDescription, Update } from "@screen-share/protocol";
import type { ConnectionState } from "../core/connection-state.ts";
import { type AsOf, ageMs } from "../core/snapshot.ts";
import { Behind } from "./behind.ts";
import { type Latency, percentile, type TypicalLatency, typicalOf } from "./latency.ts";
import { keep, newSecond, type Second, together } from "./second.ts";

/** Figures cover the last seconds, and charts the last minute. */
const RECENT_S = 5;
export const HISTORY_S = 60;
/** Tables are listed from coarse to fine. The last two are the usual quality and the quality of repaints. */
const USUAL_TABLES = 2;
/** A new viewer gets the whole picture in parts. For this long, that does not mean that the connection is slow. */
const JOINING_S = 3;

/** One second of the charts. Undefined values are unknown. */
export interface Moment {
  readonly latencyMs: number | undefined;
  readonly paintedFps: number | undefined;
  readonly bytesPerSecond: number | undefined;
}

/** Values that are not measured here. */
interface Unmeasured {
  readonly connection: ConnectionState;
  /** How long the page has been connected to the relay, s. Undefined while it is not. */
  readonly connectedS: number | undefined;
  /** How often the connection was lost, and how long the page was hidden, s, since the player was started. */
  readonly losses: number;
  readonly hiddenS: number;
  readonly visible: boolean;
  readonly picture: Size | undefined;
  readonly codec: StreamDescription["codec"] | undefined;
  /** JPEGs that this browser could not decode, since the player was started. */
  readonly undecodable: number;
}

export interface Standing extends Unmeasured {
  readonly asOf: AsOf | undefined;
}

/** Plain values, so that they can be posted to another thread. */
export interface Statistics extends Unmeasured {
  /** Since the grab of the picture, or since the host last confirmed that it is current. */
  readonly ageMs: number | undefined;
  readonly latency: TypicalLatency;
  /** The first whole picture is still arriving. */
  readonly joining: boolean;
  /** Nothing changes on the screen: the latency is that of heartbeats. */
  readonly quiet: boolean;
  /** The error of the latency: half of our shortest round trip. */
  readonly clockErrorMs: number | undefined;
  readonly roundTripMs: number | undefined;
  readonly paintedFps: number;
  readonly updatesPerSecond: number;
  readonly bytesPerSecond: number;
  /** The mean size of updates with tiles, and the share of them that were cut. */
  readonly updateBytes: number | undefined;
  readonly cutShare: number;
  /** The share of tiles that were coarser than usual. */
  readonly coarseShare: number;
  /** The share of time in which the relay had more to send. */
  readonly behindShare: number;
  /** While updates are cut: the time until the same tile arrives again, and the rate of the connection. */
  readonly renewalMs: number | undefined;
  readonly linkBytesPerSecond: number | undefined;
  /** Updates per second that were drawn together with a newer one. */
  readonly mergedPerSecond: number;
  /** The share of time spent decoding and drawing. */
  readonly drawingShare: number;
  /** The oldest first. */
  readonly history: readonly Moment[];
}

const UNKNOWN: Moment = { latencyMs: undefined, paintedFps: undefined, bytesPerSecond: undefined };

export class StatisticsMeter {
  readonly #behind = new Behind();
  #second = newSecond();
  #recent: readonly Second[] = [];
  #history: readonly Moment[] = [];
  /** For each update that is not drawn yet, whether it has tiles. */
  #undrawn: boolean[] = [];
  #joining = false;
  /** How long there has been a picture, while joining. */
  #joiningS = 0;
  #roundTripMs: number | undefined;
  #clockErrorMs: number | undefined;
  #since: number;

  /** @param since when measuring starts. All times are ms on our clock */
  constructor(since: number) {
    this.#since = since;
  }

  /** @param arrival.bytes of the message; `tableCount`: the number of tables that its picture may use */
  updated(
    update: Pick<Update, "cut" | "tiles">,
    { at, bytes, tableCount }: { at: number; bytes: number; tableCount: number },
  ): void {
    const second = this.#second;
    if (!update.cut) this.#joiningS = JOINING_S;
    const { sendingMs, renewalMs } = this.#behind.updated(update, at);
    second.updates++;
    second.bytes += bytes;
    if (sendingMs !== undefined) {
      second.behindMs += sendingMs;
      second.behindBytes += bytes;
    }
    if (renewalMs !== undefined) keep(second.renewalsMs, renewalMs);
    this.#undrawn.push(update.tiles.length > 0);
    if (update.tiles.length === 0) return;
    second.moving++;
    if (update.cut) second.cuts++;
    second.tiles += update.tiles.length;
    for (const { table } of update.tiles) {
      if (table < tableCount - USUAL_TABLES) second.coarseTiles++;
    }
  }

  /** Updates were drawn. @param drawing.stands see `Screen.draw`; `updates`: how many; `latency`: of the newest update */
  drawn(drawing: { stands: boolean; updates: number; drawingMs: number; latency: Latency }): void {
    const { stands, updates, drawingMs, latency } = drawing;
    const second = this.#second;
    second.drawingMs += Math.max(0, drawingMs);
    const moved = this.#undrawn.splice(0, updates).includes(true);
    if (!stands) return;
    second.merged += Math.max(0, updates - 1);
    this.#clockErrorMs = Number.isFinite(latency.errorMs) ? latency.errorMs : undefined;
    if (moved) second.paints++;
    keep(moved ? second.latencies : second.quietLatencies, latency);
  }

  answered(roundTripMs: number): void {
    this.#roundTripMs = Math.max(0, roundTripMs);
  }

  /** The next update does not continue the previous ones: the connection is new, or the page is visible again. */
  interrupted(): void {
    this.#joining = true;
    this.#joiningS = 0;
    this.#behind.reset();
    this.#undrawn = [];
  }

  /** Must be called about once a second. */
  tick(now: number, standing: Standing): Statistics {
    const seconds = Math.max(0.001, (now - this.#since) / 1000);
    this.#since = now;
    const second = { ...this.#second, seconds };
    this.#second = newSecond();
    this.#recent = [...this.#recent.slice(1 - RECENT_S), second];
    // Timers of hidden pages fire late. The seconds in between are unknown.
    const missed = Math.max(0, Math.min(HISTORY_S, Math.round(seconds) - 1));
    const gap = new Array<Moment>(missed).fill(UNKNOWN);
    this.#history = [...this.#history, ...gap, momentOf(second)].slice(-HISTORY_S);
    const { asOf, picture, ...known } = standing;
    const figures = {
      ...known,
      ...figuresOf(together(this.#recent)),
      // Only the size of the stream: the rest need not be posted.
      picture: picture && { width: picture.width, height: picture.height },
      ageMs: picture && asOf && ageMs(asOf, now),
      clockErrorMs: this.#clockErrorMs,
      roundTripMs: this.#roundTripMs,
      joining: this.#joining,
    };
    this.#join(seconds, picture !== undefined);
    return { ...figures, history: this.#history };
  }

  /** Restarts the figures once the whole picture is there, or if it takes too long. */
  #join(seconds: number, isShown: boolean): void {
    if (!this.#joining) return;
    if (isShown) this.#joiningS += seconds;
    if (this.#joiningS < JOINING_S) return;
    this.#joining = false;
    this.#recent = [];
  }
}

function momentOf(second: Second): Moment {
  return {
    latencyMs: typicalOf(second.latencies).p50Ms,
    paintedFps: second.paints / second.seconds,
    bytesPerSecond: second.bytes / second.seconds,
  };
}

function figuresOf(recent: Second) {
  const { seconds, moving, behindMs } = recent;
  const quiet = recent.latencies.length === 0;
  return {
    latency: typicalOf(quiet ? recent.quietLatencies : recent.latencies),
    quiet,
    paintedFps: recent.paints / seconds,
    updatesPerSecond: recent.updates / seconds,
    bytesPerSecond: recent.bytes / seconds,
    updateBytes: moving === 0 ? undefined : recent.bytes / moving,
    behindShare: Math.min(1, behindMs / 1000 / seconds),
    cutShare: moving === 0 ? 0 : recent.cuts / moving,
    coarseShare: recent.tiles === 0 ? 0 : recent.coarseTiles / recent.tiles,
    renewalMs: percentile(recent.renewalsMs, 0.5),
    linkBytesPerSecond: behindMs === 0 ? undefined : (1000 * recent.behindBytes) / behindMs,
    mergedPerSecond: recent.merged / seconds,
    drawingShare: Math.min(1, recent.drawingMs / 1000 / seconds),
  };
}
