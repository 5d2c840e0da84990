/**
 * How the picture fares, in figures: made once a second of what is told here, for as long as somebody wants to know. Time is an
 * argument, ms of our clock. What each figure means, and how exact it is: docs/statistics.md.
 */
import type { Size, StreamDescription, Update } from "@screen-share/protocol";
import { type AsOf, ageMs } from "../core/age.ts";
import type { ConnectionState } from "../core/connection-state.ts";
import { Behind } from "./behind.ts";
import type { Latency } from "./latency.ts";
import { percentile } from "./percentile.ts";
import { keep, newSecond, type Second, together } from "./second.ts";
import { type TypicalLatency, typicalOf } from "./typical-latency.ts";

/** Figures are of so many last seconds. */
const RECENT_S = 5;
/** Charts go back so far. */
export const HISTORY_S = 60;
/** Tables are listed coarse … fine; the last two may be what the host means to use, and what it repaints with. */
const MEANT_TABLES = 2;

/** Whoever comes gets the whole picture, in parts: for so long that says nothing of the link. */
const JOINING_S = 3;

/** One second of the charts; undefined where nothing is known of it. */
export interface Moment {
  readonly latencyMs: number | undefined;
  readonly paintedFps: number | undefined;
  readonly bytesPerSecond: number | undefined;
}

/** Plain values, which can be posted to another thread. */
export interface Statistics {
  readonly connection: ConnectionState;
  /** For how long the relay has been connected, s; undefined while it is not. */
  readonly connectedS: number | undefined;
  /** How often the connection was lost since the page was opened, and for how long the page was hidden, s. */
  readonly losses: number;
  readonly hiddenS: number;
  readonly visible: boolean;
  readonly picture: Size | undefined;
  readonly codec: StreamDescription["codec"] | undefined;
  /** Since the grab of what is shown, or since the host last said that it is current; ms. */
  readonly ageMs: number | undefined;
  readonly latency: TypicalLatency;
  /** What comes is still the picture as it was before. */
  readonly joining: boolean;
  /** Nothing moves: the latency is that of the host's signs of life. */
  readonly quiet: boolean;
  /** What the latency may be wrong by, ms: half of our shortest round trip. */
  readonly clockErrorMs: number | undefined;
  /** To the relay and back, at the last ping; ms. */
  readonly roundTripMs: number | undefined;
  readonly paintedFps: number;
  readonly updatesPerSecond: number;
  readonly bytesPerSecond: number;
  /** Of an update with tiles, mean. */
  readonly updateBytes: number | undefined;
  /** Of the updates with tiles: the share that was only a part of what was due. */
  readonly cutShare: number;
  /** Of the tiles: the share that was coarser than the host is meant to send. */
  readonly coarseShare: number;
  /** The share of time in which the relay had more to send at once. */
  readonly behindShare: number;
  /** While the picture comes in parts: how long until the same tile comes again, ms; and what the connection carries. */
  readonly renewalMs: number | undefined;
  readonly linkBytesPerSecond: number | undefined;
  /** Updates that were drawn together with a newer one, a second. */
  readonly mergedPerSecond: number;
  /** The share of time in which something was being decoded or drawn. */
  readonly drawingShare: number;
  /** JPEGs that this browser could not decode, since the page was opened. */
  readonly undecodable: number;
  /** The oldest first, at most `HISTORY_S` of them. */
  readonly history: readonly Moment[];
}

/** What is known without being counted here. */
export interface Standing
  extends Pick<
    Statistics,
    | "connection"
    | "connectedS"
    | "losses"
    | "hiddenS"
    | "visible"
    | "picture"
    | "codec"
    | "undecodable"
  > {
  readonly asOf: AsOf | undefined;
}

const UNKNOWN: Moment = {
  latencyMs: undefined,
  paintedFps: undefined,
  bytesPerSecond: undefined,
};

export class StatisticsMeter {
  readonly #behind = new Behind();
  #second = newSecond();
  #recent: readonly Second[] = [];
  #history: readonly Moment[] = [];
  /** Of each update that is not drawn yet: whether it has tiles. */
  #undrawn: boolean[] = [];
  #joining = false;
  /** For how long there has been a picture, while joining. */
  #joiningS = 0;
  #roundTripMs: number | undefined;
  #clockErrorMs: number | undefined;
  #since: number;

  /** @param since when it begins to count */
  constructor(since: number) {
    this.#since = since;
  }

  /** @param arrival.bytes of the message; `tableCount`: how many tables its picture may use */
  updated(
    update: Pick<Update, "cut" | "tiles">,
    arrival: { readonly at: number; readonly bytes: number; readonly tableCount: number },
  ): void {
    const second = this.#second;
    const { at, bytes, tableCount } = arrival;
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
      if (table < tableCount - MEANT_TABLES) second.coarseTiles++;
    }
  }

  /** A drawing of so many updates is over. @param drawing.stands as of `Screen.draw`; `latency`: of the newest update */
  drawn(drawing: {
    readonly stands: boolean;
    readonly updates: number;
    readonly drawingMs: number;
    readonly latency: Latency;
  }): void {
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

  /** A ping was answered after so many ms. */
  answered(roundTripMs: number): void {
    this.#roundTripMs = Math.max(0, roundTripMs);
  }

  /** What comes now does not go on from what came: another connection, or a page that is looked at again. */
  interrupted(): void {
    this.#joining = true;
    this.#joiningS = 0;
    this.#behind.reset();
    this.#undrawn = [];
  }

  /** To be called about once a second. */
  tick(now: number, standing: Standing): Statistics {
    const seconds = Math.max(0.001, (now - this.#since) / 1000);
    this.#since = now;
    const second: Second = { ...this.#second, seconds };
    this.#second = newSecond();
    this.#recent = [...this.#recent.slice(1 - RECENT_S), second];
    // Timers of hidden pages come late: of what they slept through little is known.
    const missed = Math.min(HISTORY_S, Math.round(seconds) - 1);
    const gap: Moment[] = Array.from({ length: Math.max(0, missed) }, () => UNKNOWN);
    this.#history = [...this.#history, ...gap, momentOf(second)].slice(-HISTORY_S);
    const { asOf, picture, ...known } = standing;
    const figures = {
      ...known,
      ...figuresOf(together(this.#recent)),
      // Of a store's size no more than that: the rest need not be posted to anybody.
      picture: picture && { width: picture.width, height: picture.height },
      ageMs: picture && asOf && ageMs(asOf, now),
      clockErrorMs: this.#clockErrorMs,
      roundTripMs: this.#roundTripMs,
      joining: this.#joining,
    };
    this.#join(seconds, picture !== undefined);
    return { ...figures, history: this.#history };
  }

  /** The figures begin anew once the picture is there as it is now, or will not be for a while. */
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
