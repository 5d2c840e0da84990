/** A v1 viewer in its room. It sends acks, its visibility and pings; none of these is passed on. */
import {
  CLOSE,
  decodeAck,
  encodeControl,
  ProtocolError,
  parseViewerMessage,
  type ViewerMessage,
} from "@screen-share/protocol";
import { Bucket } from "./bucket.ts";
import type { Grant } from "./grant.ts";
import type { Peer } from "./peer.ts";
import type { ProducerStatus, Room } from "./room.ts";
import { ViewerConnection } from "./room-session.ts";
import { ViewerSync } from "./viewer-sync.ts";

/** The longest message from a viewer: bytes, or UTF-16 units of text. */
export const MAX_VIEWER_MESSAGE_BYTES = 4096;

/** Control messages: a burst, and an average rate. */
const REQUESTS = { capacity: 60, perSecond: 10 } as const;

export class ViewerSession extends ViewerConnection<"producer" | "viewers"> {
  readonly kind = "viewer";
  readonly #requests: Bucket;
  readonly #sync: ViewerSync;
  /** What the viewer has been sent about its room, or will be once its socket accepts it. */
  #status: ProducerStatus | undefined;
  #viewerCount: number | undefined;

  /** @throws ProtocolError like `Room.join` */
  constructor(room: Room, peer: Peer, grant: Grant, now: number) {
    super(room, peer, grant, now);
    this.#requests = new Bucket(REQUESTS, now);
    // Its hello counts, too.
    this.#requests.take(1, now);
    this.#sync = new ViewerSync(this.outbox, room, now);
    room.join(this, grant);
    this.outbox.send(encodeControl({ type: "welcome", room: room.name }));
    this.producerChanged();
    this.viewersChanged();
    this.advance(now);
  }

  override tick(now: number): void {
    if (this.open) this.#sync.tick(now);
    super.tick(now);
  }

  advance(now: number): void {
    if (this.open) this.#sync.advance(now);
  }

  get watching(): boolean {
    return this.open && !this.#sync.paused;
  }

  producerChanged(): void {
    const { status } = this.room;
    if (!this.open || status === this.#status) return;
    this.#status = status;
    this.outbox.latest("producer", encodeControl({ type: "producer", ...status }));
  }

  viewersChanged(): void {
    const count = this.room.viewerCount;
    if (!this.open || count === this.#viewerCount) return;
    this.#viewerCount = count;
    this.outbox.latest("viewers", encodeControl({ type: "viewers", count }));
  }

  protected get counts(): ViewerSync["summary"] {
    return this.#sync.summary;
  }

  protected get window(): ViewerSync["window"] {
    return this.#sync.window;
  }

  protected handle(message: Uint8Array | string, now: number): void {
    if (message.length > MAX_VIEWER_MESSAGE_BYTES) {
      const limit = `a message has at most ${MAX_VIEWER_MESSAGE_BYTES} bytes`;
      throw new ProtocolError(limit, CLOSE.tooLarge);
    }
    if (typeof message !== "string") this.#sync.acked(decodeAck(message), now);
    else if (this.#requests.take(1, now) >= 0) this.#control(parseViewerMessage(message), now);
    else throw new ProtocolError("too many control messages", CLOSE.full);
  }

  protected override leave(): void {
    this.#sync.ended();
    super.leave();
  }

  #control(message: ViewerMessage, now: number): void {
    switch (message.type) {
      case "hello":
        throw new ProtocolError("a second hello");
      case "visibility":
        this.#sync.setPaused(!message.visible, now);
        this.room.watchingChanged(this);
        break;
      case "ping":
        this.outbox.send(encodeControl({ type: "pong", sentAt: message.sentAt, relayAt: now }));
        break;
    }
  }
}
