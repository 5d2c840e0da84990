/**
 * A plain viewer: it has no subprotocol and sends no hello. It is sent whole JPEGs, and text that reports whether a producer is connected.
 * It cannot ack, but every WebSocket stack replies to pings: one follows each picture, and its pong is the ack.
 */
import { Window } from "@screen-share/protocol";
import type { Grant } from "./grant.ts";
import { Lag } from "./lag.ts";
import type { Peer } from "./peer.ts";
import type { Room } from "./room.ts";
import { ViewerConnection } from "./room-session.ts";

export class PlainViewer extends ViewerConnection<"producer" | "ping"> {
  readonly kind = "plain viewer";
  protected override readonly plain = true;
  /** Plain viewers cannot report that their page is hidden. */
  readonly watching = true;
  #announced: string | undefined;
  #epoch: number | undefined;
  #cursor = 0;
  protected readonly window = new Window();
  readonly #lag: Lag;
  /** Counts pictures sent. A picture's number is the payload of its ping. */
  #sentCount = 0;
  #ackedCount = 0;
  #lastBytes = 1;

  /** @throws ProtocolError like `Room.join` */
  constructor(room: Room, peer: Peer, grant: Grant, now: number) {
    super(room, peer, grant, now);
    this.#lag = new Lag(now);
    room.join(this, grant);
    this.producerChanged();
    this.advance(now);
  }

  override ponged(payload: string, now: number): void {
    super.ponged(payload, now);
    const count = /^\d{1,15}$/.test(payload) ? Number(payload) : 0;
    // A client may reply to only the last of several pings (RFC 6455 §5.5.3).
    if (count <= this.#ackedCount || count > this.#sentCount) return;
    const drawnCount = count - this.#ackedCount;
    this.window.busy(this.room.time.heardSince(now), now);
    this.window.acked(drawnCount, now);
    this.#ackedCount = count;
    const lagMs = this.#lag.drawn(drawnCount, now);
    if (lagMs !== undefined) this.room.stats.drawn(this.kind, lagMs);
    this.advance(now);
  }

  advance(now: number): void {
    const { picture, stats } = this.room;
    const { shown, whole: jpegs } = picture;
    if (!this.open || !shown) return;
    const refusal = jpegs.refusal(shown);
    if (refusal) {
      this.dismiss(refusal);
      return;
    }
    if (!this.#lacks(shown.epoch, shown.store.pictureVersion)) return;
    // Composes nothing if no length would fit the window.
    if (!this.#mayGo(this.#lastBytes, now)) return;
    const whole = jpegs.newest(shown);
    if (!whole || !this.#lacks(whole.epoch, whole.pictureVersion)) return;
    const jpeg = whole.producersBytes ?? whole.bytes;
    if (!this.#mayGo(jpeg.length, now) || !this.outbox.send(jpeg)) return;
    this.window.sent(jpeg.length, now);
    this.#lag.sent(shown.relayedAt);
    stats.sent(this.kind, { cut: false, skipped: 0 });
    this.#lastBytes = jpeg.length;
    this.#epoch = whole.epoch;
    this.#cursor = whole.pictureVersion;
    this.#sentCount++;
    this.outbox.latest("ping", { ping: String(this.#sentCount) });
  }

  producerChanged(): void {
    const { state } = this.room.status;
    const text = `producer:${state === "offline" ? "disconnected" : "connected"}`;
    if (!this.open || text === this.#announced) return;
    this.#announced = text;
    this.outbox.latest("producer", text);
  }

  protected get counts() {
    return { frames: this.#sentCount };
  }

  /** Messages from its client are ignored. */
  protected handle(): void {}

  #lacks(epoch: number, pictureVersion: number): boolean {
    return epoch !== this.#epoch || this.#cursor < pictureVersion;
  }

  /** A picture cannot be cut: one that is larger than the window is sent when nothing else is in flight. */
  #mayGo(bytes: number, now: number): boolean {
    return this.window.inFlight === 0 || this.window.grant(bytes, now) >= bytes;
  }
}
