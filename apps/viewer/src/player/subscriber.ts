/**
 * One connection to the relay, from hello to its end: keeps the replica in step, has it drawn, and acknowledges
 * what was drawn. It never reconnects, and once it has ended, nothing that its socket still says counts.
 */
import {
  CLOSE,
  ClockOffset,
  type ClosingReason,
  closeMeaning,
  decodeUpdate,
  encodeAck,
  encodeControl,
  endOf,
  ProtocolError,
  parseToViewerMessage,
  type Replica,
  type Times,
  type ToViewerMessage,
  type Update,
  type ViewerMessage,
} from "@screen-share/protocol";
import type { AsOf } from "./core/age.ts";
import { Heartbeat } from "./core/heartbeat.ts";
import { type Latency, latencyOf } from "./meter/latency.ts";
import type { StatisticsMeter } from "./meter/statistics.ts";
import type { Screen } from "./painter.ts";

const NORMAL_CLOSE = 1000;
/** A connection that has lasted this long is a good one. A room without a picture shows nothing earlier. */
const PROVEN_AFTER_MS = 30_000;
const NEVER = { capturedAt: 0, encodedAt: 0, relayedAt: 0, receivedAt: 0, cut: false } as const;

/** The port to a WebSocket. */
export interface Socket {
  send(message: string | Uint8Array<ArrayBuffer>): void;
  /** @param code 1000 or 3000–4999, as browsers allow */
  close(code: number, reason: string): void;
}

export interface SocketEvents {
  opened(): void;
  message(data: string | ArrayBuffer): void;
  /**
   * @param code of RFC 6455 §7.4; 1006 if the connection was lost or never made
   * @param reason the other side's words; "" if it gave none
   */
  closed(code: number, reason?: string): void;
}

/** Begins to connect; undefined if the browser refuses to try. Events come in later tasks. */
export type Connect = (events: SocketEvents) => Socket | undefined;

export type SubscriberEvent =
  | Extract<ToViewerMessage, { type: "welcome" | "producer" | "viewers" }>
  /** So many more updates were applied, and all that they changed stands on the screen. */
  | {
      readonly type: "drawn";
      readonly updates: number;
      readonly asOf: AsOf;
      /** Of the newest of them. */
      readonly latency: Latency;
      /** More is to follow the newest of them: some of the picture is older. */
      readonly cut: boolean;
    }
  /** Of what was applied, some could not be decoded, and does not stand on the screen. */
  | { readonly type: "undecodable" }
  /** Something came after `probe`. */
  | { readonly type: "heard" }
  /** The connection is over; `proven` if it was a good one: it drew a picture, or lasted a while. Comes once, and last. */
  | {
      readonly type: "lost";
      /** The relay's, or ours if we gave up. */
      readonly code: number;
      /** The relay's words or ours; "" if there are none. */
      readonly reason: string;
      /** The relay's typed reason, if it sent one (P-43). */
      readonly closing: ClosingReason | undefined;
      readonly retryable: boolean;
      readonly proven: boolean;
    };

export interface SubscriberParts {
  readonly room: string;
  /** What opens the room, where it takes that. */
  readonly token: string | undefined;
  readonly replica: Replica;
  readonly screen: Screen;
  readonly visible: boolean;
  /** Our clock, ms. */
  readonly now: () => number;
  /** What counts, while somebody wants to know. */
  readonly meter: () => StatisticsMeter | undefined;
  readonly report: (event: SubscriberEvent) => void;
}

export class Subscriber {
  readonly #clock = new ClockOffset();
  readonly #heartbeat: Heartbeat;
  #socket: Socket | undefined;
  #visible: boolean;
  #welcomedAt: number | undefined;
  #ended = false;
  #closing: ClosingReason | undefined;
  #newest: Times & { readonly receivedAt: number; readonly cut: boolean } = NEVER;
  #applied = 0;
  #acked = 0;
  #drawing = false;
  #probed = false;

  constructor(private readonly parts: SubscriberParts) {
    this.#visible = parts.visible;
    this.#heartbeat = new Heartbeat(parts.now());
  }

  /** @returns false if the browser refuses to try */
  open(connect: Connect): boolean {
    const { room, token } = this.parts;
    this.#socket = connect({
      opened: () => this.#send({ type: "hello", room, token }),
      message: (data) => this.#read(data),
      closed: (code, reason = "") => {
        const end = endOf({ code, reason }, this.#closing);
        const { retryable } = closeMeaning(end.code);
        this.#lose({ ...end, retryable, proven: this.#proven });
      },
    });
    return this.#socket !== undefined;
  }

  /** Tells the relay whether anybody can see the page. */
  setVisible(visible: boolean): void {
    if (visible === this.#visible) return;
    this.#visible = visible;
    if (visible) this.#heartbeat.watched(this.parts.now());
    if (!this.#welcomed) return;
    this.#send({ type: "visibility", visible });
    if (visible) this.#ping();
  }

  /** Asks the relay for an answer, and reports the next message that comes. */
  probe(): void {
    this.#probed = true;
    if (this.#welcomed) this.#ping();
  }

  /** To be called once a second: asks for signs of life, and gives up on a connection that has none. */
  tick(): void {
    if (!this.#visible || this.#ended) return;
    const due = this.#heartbeat.tick(this.parts.now());
    if (due === "dead") this.#giveUp(CLOSE.silent, closeMeaning(CLOSE.silent).meaning);
    else if (due === "ping" && this.#welcomed) this.#ping();
  }

  /** Ends it from our side, without a report. */
  close(): void {
    if (this.#ended) return;
    this.#ended = true;
    this.#socket?.close(NORMAL_CLOSE, "");
  }

  #read(data: string | ArrayBuffer): void {
    if (this.#ended) return;
    this.#heartbeat.heard(this.parts.now());
    if (this.#probed) this.parts.report({ type: "heard" });
    this.#probed = false;
    try {
      if (typeof data === "string") this.#take(parseToViewerMessage(data));
      else this.#apply(decodeUpdate(new Uint8Array(data)), data.byteLength);
    } catch (error) {
      if (!(error instanceof ProtocolError)) throw error;
      this.#giveUp(error.closeCode, error.message);
    }
  }

  #take(message: ToViewerMessage | undefined): void {
    switch (message?.type) {
      case undefined: // only a newer relay sends it
        return;
      case "stream":
        this.parts.replica.describe(message.epoch, message.stream);
        this.#heartbeat.pictureDue(this.parts.now());
        return;
      case "pong":
        this.#answered(message);
        return;
      case "welcome":
        this.#welcomedAt = this.parts.now();
        if (!this.#visible) this.#send({ type: "visibility", visible: false });
        this.#ping();
        this.parts.report(message);
        return;
      case "closing":
        this.#closing = message.reason;
        return;
      case "producer":
      case "viewers":
        this.parts.report(message);
        return;
      default:
        message satisfies never;
    }
  }

  get #welcomed(): boolean {
    return this.#welcomedAt !== undefined;
  }

  /** A relay that lets us in and then closes at once must not have us dial as fast as we can (P-41). */
  get #proven(): boolean {
    if (this.#welcomedAt === undefined) return false;
    return this.#acked > 0 || this.parts.now() - this.#welcomedAt >= PROVEN_AFTER_MS;
  }

  #answered({ sentAt, relayAt }: Extract<ToViewerMessage, { type: "pong" }>): void {
    const receivedAt = this.parts.now();
    this.#clock.add({ sentAt, remoteAt: relayAt, receivedAt });
    this.parts.meter()?.answered(receivedAt - sentAt);
  }

  #apply(update: Update, bytes: number): void {
    const receivedAt = this.parts.now();
    const { replica, meter } = this.parts;
    replica.apply(update);
    const tableCount = replica.stores.at(-1)?.stream.tables.length ?? 0;
    meter()?.updated(update, { at: receivedAt, bytes, tableCount });
    this.#heartbeat.updated(receivedAt);
    const { capturedAt, encodedAt, relayedAt, cut } = update;
    this.#newest = { capturedAt, encodedAt, relayedAt, receivedAt, cut };
    this.#applied++;
    if (!this.#drawing) void this.#drawNewest();
  }

  /** Draws what was applied by now, acknowledges that, and goes on with what came meanwhile. */
  async #drawNewest(): Promise<void> {
    this.#drawing = true;
    try {
      while (!this.#ended && this.#acked < this.#applied) await this.#draw();
    } finally {
      this.#drawing = false;
    }
  }

  async #draw(): Promise<void> {
    const { replica, screen, report, now, meter } = this.parts;
    const applied = this.#applied;
    const newest = this.#newest;
    // Where no picture stands, one that is not whole yet is better than none (P-35).
    const [picture] = replica.stores;
    const { undecodable } = screen;
    const beganAt = now();
    const capturedAt = picture?.capturedAt ?? 0;
    // What cannot be decoded is acknowledged all the same, or nothing would ever come again.
    const stands = picture
      ? await screen.draw(picture).catch((bug: unknown) => this.#fail(bug))
      : false;
    if (this.#ended) return;
    const updates = applied - this.#acked;
    this.#acked = applied;
    this.#socket?.send(encodeAck(applied));
    const drawnAt = now();
    const asOf = { capturedAt, drawnAt, clock: this.#clock };
    const latency = latencyOf({ ...newest, drawnAt }, this.#clock);
    meter()?.drawn({ stands, updates, latency, drawingMs: drawnAt - beganAt });
    if (stands) report({ type: "drawn", updates, asOf, latency, cut: newest.cut });
    else if (screen.undecodable > undecodable) report({ type: "undecodable" });
  }

  #ping(): void {
    this.#send({ type: "ping", sentAt: this.parts.now() });
  }

  #send(message: ViewerMessage): void {
    if (!this.#ended) this.#socket?.send(encodeControl(message));
  }

  /** A bug of ours must not freeze the picture for good: the next connection starts from nothing. */
  #fail(bug: unknown): false {
    this.#giveUp(NORMAL_CLOSE, `the picture could not be drawn (${String(bug)})`);
    return false;
  }

  #giveUp(code: number, reason: string): void {
    // A relay that is welcoming and then talks nonsense has not proven itself.
    const proven = this.#proven && code === CLOSE.silent;
    this.#lose({ code, reason, retryable: true, proven });
    this.#socket?.close(code, reason);
  }

  #lose(end: { code: number; reason: string; retryable: boolean; proven: boolean }): void {
    if (this.#ended) return;
    this.#ended = true;
    this.parts.report({ type: "lost", ...end, closing: this.#closing });
  }
}
