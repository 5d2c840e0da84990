/** Keeps one viewer in one room: connects, has updates drawn, and reports what to show beside the picture. Uses neither React nor DOM. */
import {
  Connection,
  type FrameStore,
  type Line,
  type LineEnd,
  type LineEvents,
  type OpenSocket,
  Replica,
  type Timing,
  type ToViewerMessage,
} from "@screen-share/protocol";
import { type ConnectionEvent, type ConnectionState, transition } from "./core/connection-state.ts";
import { type Ending, endingOf, mayNotSee } from "./core/ending.ts";
import { type Loss, lossOf } from "./core/loss.ts";
import { Parts } from "./core/parts.ts";
import type { AsOf, Snapshot } from "./core/snapshot.ts";
import { INITIAL_SNAPSHOT, sameSnapshot, snapshotOf } from "./core/snapshot.ts";
import type { Latency } from "./meter/latency.ts";
import { StatisticsFeed } from "./meter/statistics-feed.ts";
import type { Screen } from "./painter.ts";
import { Subscriber, type SubscriberEvent } from "./subscriber.ts";

/** A page reconnects within 5 s of its relay's return. The first attempts of many pages are spread over half a second. */
const BACKOFF = { firstMs: 1000, maxMs: 4000 };
const TICK_MS = 1000;

const NO_SUCH_NAME: Ending = { kind: "room-name", reason: "" };
const REFUSED: Ending = { kind: "blocked", reason: "" };

export interface PlayerParts {
  readonly open: OpenSocket;
  /** A clock that runs while the machine sleeps; otherwise a picture would seem too new. */
  readonly timing: Timing;
  readonly screen: Screen;
  readonly visible: boolean;
  /** Called after each drawing with the number of updates drawn so far, and the latency of the newest. */
  readonly onDrawn: (updates: number, latency: Latency) => void;
}

export class Player {
  readonly #replica = new Replica();
  readonly #listeners = new Set<() => void>();
  readonly #statistics: StatisticsFeed;
  readonly #connection: Connection<ToViewerMessage>;
  #snapshot: Snapshot = INITIAL_SNAPSHOT;
  #state: ConnectionState = INITIAL_SNAPSHOT.connection;
  #room: string | undefined;
  #token: string | undefined;
  #visible: boolean;
  #subscriber: Subscriber | undefined;
  #asOf: AsOf | undefined;
  #undecodable = false;
  #parts = new Parts();
  #unheard = false;
  /** Whether the relay has let us into this room before. */
  #welcomed = false;
  #loss: Loss | undefined;
  #updates = 0;
  #cancelTick: () => void;

  constructor(private readonly parts: PlayerParts) {
    this.#visible = parts.visible;
    this.#statistics = new StatisticsFeed(() => parts.timing.now(), parts.visible);
    this.#connection = new Connection({
      open: parts.open,
      timing: parts.timing,
      backoff: BACKOFF,
      begin: (line) => this.#begin(line),
      lost: (end, retryAt) => this.#lost(end, retryAt),
    });
    this.#cancelTick = parts.timing.after(TICK_MS, () => this.#tick());
  }

  /** @returns a function that ends the subscription */
  readonly subscribe = (listener: () => void): (() => void) => {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  };

  /** The same object until something changes. */
  readonly getSnapshot = (): Snapshot => this.#snapshot;

  /** The picture as it was received, at most a moment newer than what is drawn. */
  get shown(): FrameStore | undefined {
    return this.#replica.shown;
  }

  /** Like `subscribe`. Statistics are computed about once a second while there are listeners. */
  get subscribeStatistics() {
    return this.#statistics.subscribe;
  }

  /** Undefined until the first statistics are ready. The same object until there are newer ones. */
  get getStatistics() {
    return this.#statistics.get;
  }

  /**
   * Enters a room; leaves the previous one and drops its picture. The same room is re-entered only with another token, or after it ended.
   * @param room undefined if the link names an invalid one, which the player then reports
   */
  enter(room: string | undefined, token?: string): void {
    const sameRoom = room !== undefined && room === this.#room;
    if (sameRoom && token === this.#token && this.#state.state !== "ended") return;
    this.#hangUp();
    if (!sameRoom) this.#forgetPicture();
    this.#room = room;
    this.#token = token;
    this.#connection.resetBackoff();
    this.#welcomed &&= sameRoom;
    this.#loss = undefined;
    if (room !== undefined) this.#connection.dial();
    else this.#change({ type: "ended", ending: NO_SUCH_NAME });
  }

  /** Tries again now, unless it is connected or connecting. */
  retry(): void {
    if (this.#room !== undefined) this.#connection.dial();
  }

  /** The browser has lost its network. A relay that still answers is on this machine. */
  offline(): void {
    this.#unheard = true;
    this.#refresh();
    this.#subscriber?.probe();
  }

  online(): void {
    if (this.#state.state === "disconnected") this.retry();
  }

  setVisible(visible: boolean): void {
    this.#visible = visible;
    this.#statistics.setVisible(visible);
    this.#subscriber?.setVisible(visible);
    if (visible) this.online();
  }

  /** Ends everything. The player cannot be used again. */
  stop(): void {
    this.#hangUp();
    this.#cancelTick();
    this.#listeners.clear();
    this.#statistics.stop();
  }

  #begin(line: Line<ToViewerMessage>): LineEvents<ToViewerMessage> {
    const { timing, screen } = this.parts;
    const subscriber = new Subscriber(line, {
      room: this.#room ?? "",
      token: this.#token,
      screen,
      replica: this.#replica,
      visible: this.#visible,
      now: () => timing.now(),
      meter: () => this.#statistics.meter,
      report: (event) => this.#on(event),
    });
    this.#subscriber = subscriber;
    this.#change({ type: "dialled", after: this.#loss });
    return subscriber;
  }

  #hangUp(): void {
    this.#connection.hangUp();
    this.#subscriber = undefined;
    this.#replica.disconnect();
  }

  #forgetPicture(): void {
    this.#replica.clear();
    this.parts.screen.clear();
    this.#asOf = undefined;
    this.#undecodable = false;
    this.#parts = new Parts();
  }

  #on(event: SubscriberEvent): void {
    switch (event.type) {
      case "drawn":
        this.#asOf = event.asOf;
        this.#undecodable = false;
        this.#parts.drawn(event.cut, event.asOf.drawnAt);
        this.#updates += event.updates;
        this.#refresh();
        this.parts.onDrawn(this.#updates, event.latency);
        return;
      case "undecodable":
        this.#undecodable = true;
        this.#refresh();
        return;
      case "heard":
        this.#unheard = false;
        this.#refresh();
        return;
      case "welcome":
        this.#unheard = false;
        this.#welcomed = true;
        this.#loss = undefined;
        break;
      case "producer":
        // Sharing was ended on purpose, so its picture must not stay (P-37).
        if (event.stopped) this.#forgetPicture();
        break;
    }
    this.#change(event);
  }

  #lost(end: LineEnd | undefined, retryAt: number | undefined): void {
    this.#subscriber = undefined;
    this.#replica.disconnect();
    if (!end) {
      this.#change({ type: "ended", ending: REFUSED });
      return;
    }
    if (mayNotSee(end.code)) this.#forgetPicture();
    // Updates that were applied but not drawn yet are the newest for a while.
    if (this.#replica.shown) void this.parts.screen.draw(this.#replica.shown);
    if (retryAt === undefined) {
      this.#change({ type: "ended", ending: endingOf(end, this.#token !== undefined) });
      return;
    }
    const now = this.parts.timing.now();
    this.#loss = lossOf(end, { now, welcomed: this.#welcomed, before: this.#loss });
    this.#change({ type: "lost", retryAt, loss: this.#loss });
  }

  #tick(): void {
    this.#cancelTick = this.parts.timing.after(TICK_MS, () => this.#tick());
    this.#refresh();
    this.#statistics.tick(() => ({
      connection: this.#state,
      picture: this.parts.screen.size,
      codec: this.#replica.shown?.stream.codec,
      undecodable: this.parts.screen.undecodable,
      asOf: this.#asOf,
    }));
  }

  #change(event: ConnectionEvent): void {
    this.#statistics.on(event);
    this.#state = transition(this.#state, event);
    this.#refresh();
  }

  /** See `Snapshot.arriving`. 0 if only a part of an earlier picture is shown. */
  #arriving(): number | undefined {
    const newest = this.#replica.stores.at(-1);
    if (newest ? newest.complete : !this.parts.screen.size) return undefined;
    return newest ? Math.floor((100 * newest.heldTiles) / newest.tileCount) : 0;
  }

  #refresh(): void {
    const now = this.parts.timing.now();
    const next = snapshotOf(now, {
      room: this.#room,
      connection: this.#state,
      picture: this.parts.screen.size,
      asOf: this.#asOf,
      undecodable: this.#undecodable,
      arriving: this.#arriving(),
      behind: this.#parts.behindAt(now),
      unheard: this.#unheard,
    });
    if (sameSnapshot(this.#snapshot, next)) return;
    this.#snapshot = next;
    for (const listener of this.#listeners) listener();
  }
}
