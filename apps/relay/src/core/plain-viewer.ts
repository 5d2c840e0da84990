/**
 * A plain viewer: it has no subprotocol and sends no hello. It is sent whole JPEGs, and text that reports whether a producer is connected.
 * It cannot ack, but every WebSocket stack replies to pings: one follows each picture, and its pong is the ack.
 */
import { CLOSE, Liveness, Outbox, ProtocolError, Window } from "@screen-share/protocol";
import type { Viewer } from "./audience.ts";
import type { Grant } from "./grant.ts";
import { Lag } from "./lag.ts";
import type { Peer, Session } from "./peer.ts";
import type { Room } from "./room.ts";
import { SLOWEST_DOWNLINK } from "./viewer-session.ts";

const CONNECTED = "producer:connected";
const DISCONNECTED = "producer:disconnected";

export class PlainViewer implements Session, Viewer {
  readonly kind = "plain viewer";
  readonly #outbox: Outbox<"producer" | "ping">;
  readonly #liveness: Liveness;
  #ended = false;
  #announced: string | undefined;
  #epoch: number | undefined;
  #cursor = 0;
  readonly #window = new Window();
  readonly #lag: Lag;
  /** Counts pictures sent. A picture's number is the payload of its ping. */
  #sentCount = 0;
  #ackedCount = 0;
  #lastBytes = 0;

  /** @throws ProtocolError as `Room.join` */
  constructor(
    private readonly room: Room,
    private readonly peer: Peer,
    private readonly grant: Grant,
    now: number,
  ) {
    this.#outbox = new Outbox(peer);
    this.#liveness = new Liveness(now);
    this.#lag = new Lag(now);
    room.join(this, grant);
    this.producerChanged();
    this.advance(now);
  }

  get summary(): Readonly<Record<string, unknown>> {
    const { room, grant } = this;
    return { kind: this.kind, room: room.name, name: grant.name, frames: this.#sentCount };
  }

  receive(_: Uint8Array | string, now: number): void {
    this.#liveness.heard(now);
  }

  ponged(payload: string, now: number): void {
    this.#liveness.heard(now);
    const count = /^\d{1,15}$/.test(payload) ? Number(payload) : 0;
    // A client may reply to only the last of several pings (RFC 6455 §5.5.3).
    if (count <= this.#ackedCount || count > this.#sentCount) return;
    const drawnCount = count - this.#ackedCount;
    this.#window.acked(drawnCount, now);
    this.#ackedCount = count;
    const lagMs = this.#lag.drawn(drawnCount, now);
    if (lagMs !== undefined) this.room.stats.drawn(this.kind, lagMs);
    this.advance(now);
  }

  drained(now: number): void {
    this.#liveness.heard(now);
    this.#outbox.drained();
    this.advance(now);
  }

  tick(now: number): void {
    if (this.#ended) return;
    this.room.stats.windowed(this.kind, this.#window.size);
    const due = this.#liveness.tick(now, this.#window.inFlight / SLOWEST_DOWNLINK);
    // Bypasses the outbox: the pong may be the only sign of life from a client that is behind.
    if (due === "ping") this.peer.ping("");
    else if (due === "dead") this.dismiss(new ProtocolError("no sign of life", CLOSE.silent));
  }

  dismiss({ closeCode, message }: ProtocolError): void {
    this.ended();
    this.peer.close(closeCode, message);
  }

  ended(): void {
    if (this.#ended) return;
    this.#ended = true;
    this.room.leave(this);
  }

  /** Plain viewers cannot report that their page is hidden. */
  readonly watching = true;

  advance(now: number): void {
    if (this.#ended) return;
    const { picture, stats } = this.room;
    const shown = picture.shown;
    if (!shown) return;
    const refusal = picture.whole.refusal(shown);
    if (refusal) {
      this.dismiss(refusal);
      return;
    }
    const { store, epoch, relayedAt } = shown;
    if (epoch === this.#epoch && this.#cursor >= store.pictureVersion) return;
    // Composes nothing that the window would not take at any length.
    const likelyBytes = Math.max(1, this.#lastBytes);
    if (!this.#mayGo(likelyBytes, now)) return;
    const whole = picture.whole.newest(shown);
    if (!whole || (whole.epoch === this.#epoch && this.#cursor >= whole.pictureVersion)) return;
    const jpeg = whole.producersBytes ?? whole.bytes;
    if (!this.#mayGo(jpeg.length, now)) return;
    if (!this.#outbox.send(jpeg)) return;
    this.#window.sent(jpeg.length, now);
    this.#lag.sent(relayedAt);
    stats.sent(this.kind, { cut: false, skipped: 0 });
    this.#lastBytes = jpeg.length;
    this.#epoch = whole.epoch;
    this.#cursor = whole.pictureVersion;
    this.#sentCount++;
    this.#outbox.latest("ping", { ping: String(this.#sentCount) });
  }

  producerChanged(): void {
    if (this.#ended) return;
    const text = this.room.status.state === "offline" ? DISCONNECTED : CONNECTED;
    if (text === this.#announced) return;
    this.#announced = text;
    this.#outbox.latest("producer", text);
  }

  viewersChanged(): void {}

  /** A picture cannot be cut: one that is larger than the window is sent when nothing else is in flight. */
  #mayGo(bytes: number, now: number): boolean {
    return this.#window.inFlight === 0 || this.#window.grant(bytes, now) >= bytes;
  }
}
