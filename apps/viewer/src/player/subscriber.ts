/** A viewer's side of one connection to the relay: applies updates to the replica, has it drawn, and acknowledges what was drawn. */
import {
  type Line,
  type LineEvents,
  parseToViewerMessage,
  Receiver,
  type Replica,
  type Times,
  type ToViewerMessage,
} from "@screen-share/protocol";
import type { AsOf } from "./core/snapshot.ts";
import { type Latency, latencyOf } from "./meter/latency.ts";
import type { StatisticsMeter } from "./meter/statistics.ts";
import type { Screen } from "./painter.ts";

const NORMAL_CLOSE = 1000;
/** How much longer than usual the relay may be silent while a whole picture is in transit, behind which everything else has to wait. */
export const PICTURE_GRACE_MS = 45_000;
const NEVER = { capturedAt: 0, encodedAt: 0, relayedAt: 0, receivedAt: 0, cut: false } as const;

export type SubscriberEvent =
  | Extract<ToViewerMessage, { type: "welcome" | "producer" | "viewers" }>
  /** This many more updates are on the screen. `latency` and `cut` are those of the newest. */
  | {
      readonly type: "drawn";
      readonly updates: number;
      readonly asOf: AsOf;
      readonly latency: Latency;
      readonly cut: boolean;
    }
  /** Some of what was applied could not be decoded, and is not on the screen. */
  | { readonly type: "undecodable" }
  /** Something came after `probe`. */
  | { readonly type: "heard" };

export interface SubscriberParts {
  readonly room: string;
  readonly token: string | undefined;
  readonly replica: Replica;
  readonly screen: Screen;
  readonly visible: boolean;
  /** Our clock, ms. */
  readonly now: () => number;
  /** Undefined unless statistics are shown. */
  readonly meter: () => StatisticsMeter | undefined;
  readonly report: (event: SubscriberEvent) => void;
}

export class Subscriber implements LineEvents<ToViewerMessage> {
  readonly parse = parseToViewerMessage;
  readonly #receiver: Receiver<unknown>;
  #visible: boolean;
  #newest: Times & { readonly receivedAt: number; readonly cut: boolean } = NEVER;
  #drawing = false;
  #probed = false;
  #pictureDueSince: number | undefined;
  #graceMs = 0;

  constructor(
    private readonly line: Line<ToViewerMessage>,
    private readonly parts: SubscriberParts,
  ) {
    this.#receiver = new Receiver(parts.replica);
    this.#visible = parts.visible;
    line.setPaused(!parts.visible);
  }

  hello() {
    const { room, token } = this.parts;
    return { type: "hello", room, token } as const;
  }

  setVisible(visible: boolean): void {
    if (visible === this.#visible) return;
    this.#visible = visible;
    this.line.send({ type: "visibility", visible });
    this.line.setPaused(!visible);
  }

  /** Requests an answer from the relay, and reports the next message that comes. */
  probe(): void {
    this.#probed = true;
    this.line.ping();
  }

  heard(): void {
    if (this.#probed) this.parts.report({ type: "heard" });
    this.#probed = false;
  }

  answered(roundTripMs: number): void {
    this.parts.meter()?.answered(roundTripMs);
  }

  graceMs(): number {
    return this.#graceMs;
  }

  control(message: ToViewerMessage): void {
    switch (message.type) {
      case "stream":
        this.#receiver.describe(message);
        this.#pictureDueSince = this.parts.now();
        this.#graceMs = PICTURE_GRACE_MS;
        return;
      case "welcome":
        if (!this.#visible) this.line.send({ type: "visibility", visible: false });
        this.parts.report(message);
        return;
      case "producer":
      case "viewers":
        this.parts.report(message);
        return;
      case "pong":
      case "closing": // the line's own
        return;
      default:
        message satisfies never;
    }
  }

  binary(message: Uint8Array): void {
    const receivedAt = this.parts.now();
    const { replica, meter } = this.parts;
    const { update } = this.#receiver.update(message, receivedAt);
    const tableCount = replica.stores.at(-1)?.stream.tables.length ?? 0;
    meter()?.updated(update, { at: receivedAt, bytes: message.length, tableCount });
    const { capturedAt, encodedAt, relayedAt, cut } = update;
    this.#newest = { capturedAt, encodedAt, relayedAt, receivedAt, cut };
    if (this.#pictureDueSince !== undefined) {
      // The time that this picture took shows how long another one may take on this link.
      const tookMs = Math.max(0, receivedAt - this.#pictureDueSince);
      this.#graceMs = Math.min(PICTURE_GRACE_MS, 2 * tookMs);
      this.#pictureDueSince = undefined;
    }
    if (!this.#drawing) void this.#drawNewest();
  }

  /** Draws what has been applied, acknowledges that, and continues with what came meanwhile. */
  async #drawNewest(): Promise<void> {
    this.#drawing = true;
    try {
      while (!this.line.ended && this.#receiver.ackedCount < this.#receiver.appliedCount) {
        await this.#draw();
      }
    } finally {
      this.#drawing = false;
    }
  }

  async #draw(): Promise<void> {
    const { replica, screen, report, now, meter } = this.parts;
    const { appliedCount } = this.#receiver;
    const newest = this.#newest;
    // Where no picture is shown, one that is not whole yet is better than none (P-35).
    const [picture] = replica.stores;
    const { undecodable } = screen;
    const beganAt = now();
    const capturedAt = picture?.capturedAt ?? 0;
    // Even what cannot be decoded is acknowledged, or nothing would ever come again.
    const stands = picture ? await screen.draw(picture).catch((bug) => this.#fail(bug)) : false;
    if (this.line.ended) return;
    const updates = this.#receiver.ack((ack) => this.line.send(ack), appliedCount);
    this.line.prove();
    const drawnAt = now();
    const { clock } = this.line;
    const latency = latencyOf({ ...newest, drawnAt }, clock);
    meter()?.drawn({ stands, updates, latency, drawingMs: drawnAt - beganAt });
    if (stands) {
      report({
        type: "drawn",
        updates,
        asOf: { capturedAt, drawnAt, clock },
        latency,
        cut: newest.cut,
      });
    } else if (screen.undecodable > undecodable) report({ type: "undecodable" });
  }

  /** A bug of ours must not freeze the picture for good. The next connection starts from nothing. */
  #fail(bug: unknown): false {
    this.line.lose(NORMAL_CLOSE, `the picture could not be drawn (${String(bug)})`);
    return false;
  }
}
