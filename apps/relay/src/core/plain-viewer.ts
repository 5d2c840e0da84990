/**
 * A plain viewer: no subprotocol, no hello. It is told in text whether a producer is there, and sent whole JPEGs. It
 * cannot ack, but every WebSocket stack answers pings: one follows each picture, and until its pong is there, nothing
 * more is sent.
 */
import { CLOSE, type CloseCode } from "@screen-share/protocol";
import type { Grant } from "./access.ts";
import type { Hub } from "./hub.ts";
import { Liveness } from "./liveness.ts";
import { Outbox } from "./outbox.ts";
import type { Peer, Session } from "./peer.ts";
import { refusing } from "./refusing.ts";
import type { Room, Watcher } from "./room.ts";

const CONNECTED = "producer:connected";
const DISCONNECTED = "producer:disconnected";

export class PlainViewer implements Session, Watcher {
  readonly #outbox: Outbox;
  readonly #liveness: Liveness;
  #room: Room | undefined;
  #told: string | undefined;
  #epoch: number | undefined;
  #cursor = 0;
  /** Counts pictures sent; a picture's number is the payload of its ping. */
  #sentCount = 0;
  #lastBytes = 0;
  /** How far the picture that was sent last has got: its ping may have to wait for room in the socket. */
  #flight: "none" | "ping due" | "awaiting pong" = "none";

  constructor(
    hub: Hub,
    private readonly peer: Peer,
    private readonly options: { readonly room: string; readonly grant: Grant },
    now: number,
  ) {
    this.#outbox = new Outbox(peer);
    this.#liveness = new Liveness(now);
    refusing(this, () => {
      const room = hub.enter(options.room, now);
      room.join(this, options.grant);
      this.#room = room;
      this.producerChanged();
      this.advance();
    });
  }

  get summary(): Readonly<Record<string, unknown>> {
    const { room, grant } = this.options;
    return { kind: "plain viewer", room, name: grant.name, frames: this.#sentCount };
  }

  receive(_: Uint8Array | string, now: number): void {
    this.#liveness.heard(now);
  }

  ponged(payload: string, now: number): void {
    this.#liveness.heard(now);
    if (this.#flight !== "awaiting pong" || payload !== String(this.#sentCount)) return;
    this.#flight = "none";
    this.advance();
  }

  drained(now: number): void {
    this.#liveness.heard(now);
    this.#outbox.drained();
    this.producerChanged();
    this.advance();
  }

  tick(now: number): void {
    const due = this.#liveness.tick(now, this.#flight === "none" ? 0 : this.#lastBytes);
    // Past the outbox: it may be the only sign of life that a socket that is behind can give.
    if (due === "ping") this.peer.ping("");
    else if (due === "dead") this.dismiss(CLOSE.silent, "no sign of life");
  }

  dismiss(code: CloseCode, reason: string): void {
    this.ended();
    this.peer.close(code, reason);
  }

  ended(): void {
    this.#room?.leave(this);
    this.#room = undefined;
  }

  advance(): void {
    if (this.#flight === "ping due") this.#ping();
    if (this.#flight !== "none" || !this.#room) return;
    const { picture } = this.#room;
    const shown = picture.shown;
    if (!shown) return;
    const { store, epoch } = shown;
    if (epoch === this.#epoch && this.#cursor >= store.pictureVersion) return;
    const jpeg = picture.wholeJpeg(shown);
    if (!this.#outbox.send(jpeg)) return;
    this.#lastBytes = jpeg.length;
    this.#epoch = epoch;
    this.#cursor = store.version;
    this.#sentCount++;
    this.#ping();
  }

  producerChanged(): void {
    if (!this.#room) return;
    const text = this.#room.status.state === "offline" ? DISCONNECTED : CONNECTED;
    if (text !== this.#told && this.#outbox.send(text)) this.#told = text;
  }

  viewersChanged(): void {}

  #ping(): void {
    const taken = this.#outbox.ping(String(this.#sentCount));
    this.#flight = taken ? "awaiting pong" : "ping due";
  }
}
