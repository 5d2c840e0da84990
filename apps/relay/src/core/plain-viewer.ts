/**
 * A plain viewer: no subprotocol, no hello. It is told in text whether a producer is there, and sent whole JPEGs. It
 * cannot ack, but every WebSocket stack answers pings: one follows each picture, and until its pong is there, nothing
 * more is sent.
 */
import type { Hub } from "./hub.ts";
import { Outbox } from "./outbox.ts";
import type { Peer, Session } from "./peer.ts";
import { refusing } from "./refusing.ts";
import type { Room, Watcher } from "./room.ts";

const CONNECTED = "producer:connected";
const DISCONNECTED = "producer:disconnected";

export class PlainViewer implements Session, Watcher {
  readonly #outbox: Outbox;
  #room: Room | undefined;
  #told: string | undefined;
  #epoch: number | undefined;
  #cursor = 0;
  /** Counts pictures sent; a picture's number is the payload of its ping. */
  #sentCount = 0;
  /** How far the picture that was sent last has got: its ping may have to wait for room in the socket. */
  #flight: "none" | "ping due" | "awaiting pong" = "none";

  constructor(
    hub: Hub,
    peer: Peer,
    private readonly roomName: string,
    now: number,
  ) {
    this.#outbox = new Outbox(peer);
    refusing(peer, () => {
      const room = hub.enter(roomName, now);
      room.join(this);
      this.#room = room;
      this.producerChanged();
      this.advance();
    });
  }

  get summary(): Readonly<Record<string, unknown>> {
    return { kind: "plain viewer", room: this.roomName, frames: this.#sentCount };
  }

  receive(): void {}

  ponged(payload: string): void {
    if (this.#flight !== "awaiting pong" || payload !== String(this.#sentCount)) return;
    this.#flight = "none";
    this.advance();
  }

  drained(): void {
    this.#outbox.drained();
    this.producerChanged();
    this.advance();
  }

  tick(): void {}

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
    if (!this.#outbox.send(picture.wholeJpeg(shown))) return;
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
