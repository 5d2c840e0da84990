/** A v1 viewer in its room. It sends acks, its visibility and pings; none of these is passed on. */
import {
  CLOSE,
  decodeAck,
  encodeControl,
  Liveness,
  Outbox,
  ProtocolError,
  parseViewerMessage,
  type ToViewerMessage,
  type ViewerMessage,
} from "@screen-share/protocol";
import type { Viewer } from "./audience.ts";
import { Bucket } from "./bucket.ts";
import type { Grant } from "./grant.ts";
import type { Peer, Session } from "./peer.ts";
import { closeTyped, refusing } from "./refusal.ts";
import type { ProducerStatus, Room } from "./room.ts";
import { ViewerSync } from "./viewer-sync.ts";

/** The longest message from a viewer: bytes, or UTF-16 units of text. */
export const MAX_VIEWER_MESSAGE_BYTES = 4096;

const TOO_LONG = `a message has at most ${MAX_VIEWER_MESSAGE_BYTES} bytes`;

/** Control messages: a burst, and an average rate. */
const REQUESTS = { capacity: 60, perSecond: 10 } as const;

/** The slowest link that is served, bytes per ms: 64 kbit/s. A pong has to wait behind what is in flight. */
export const SLOWEST_DOWNLINK = 8;

/** Created after admission, and joins its room at once. */
export class ViewerSession implements Session, Viewer {
  readonly kind = "viewer";
  readonly #outbox: Outbox<"producer" | "viewers">;
  readonly #liveness: Liveness;
  readonly #requests: Bucket;
  readonly #sync: ViewerSync;
  #ended = false;
  /** What the viewer knows of its room, or will once its socket can take it. */
  #status: ProducerStatus | undefined;
  #viewerCount: number | undefined;

  /** @throws ProtocolError as `Room.join` */
  constructor(
    private readonly room: Room,
    private readonly peer: Peer,
    private readonly grant: Grant,
    now: number,
  ) {
    this.#outbox = new Outbox(peer);
    this.#liveness = new Liveness(now);
    this.#requests = new Bucket(REQUESTS, now);
    // Its hello counts, too.
    this.#requests.take(1, now);
    this.#sync = new ViewerSync(this.#outbox, room, now);
    room.join(this, grant);
    this.#outbox.send(encodeViewerMessage({ type: "welcome", room: room.name }));
    this.producerChanged();
    this.viewersChanged();
    this.advance(now);
  }

  get summary(): Readonly<Record<string, unknown>> {
    const { room, grant } = this;
    return { kind: this.kind, room: room.name, name: grant.name, ...this.#sync.summary };
  }

  receive(message: Uint8Array | string, now: number): void {
    this.#liveness.heard(now);
    if (this.#ended) return;
    refusing(this, () => {
      if (message.length > MAX_VIEWER_MESSAGE_BYTES) {
        throw new ProtocolError(TOO_LONG, CLOSE.tooLarge);
      }
      if (typeof message === "string") {
        if (this.#requests.take(1, now) < 0) {
          throw new ProtocolError("too many control messages", CLOSE.full);
        }
        this.#control(parseViewerMessage(message), now);
      } else this.#sync.acked(decodeAck(message), now);
    });
  }

  ponged(_: string, now: number): void {
    this.#liveness.heard(now);
  }

  drained(now: number): void {
    this.#liveness.heard(now);
    this.#outbox.drained();
    this.advance(now);
  }

  tick(now: number): void {
    if (this.#ended) return;
    this.room.stats.windowed(this.kind, this.#sync.window.size);
    this.#sync.tick(now);
    const due = this.#liveness.tick(now, this.#sync.window.inFlight / SLOWEST_DOWNLINK);
    // Bypasses the outbox: the pong may be the only sign of life from a client that is behind.
    if (due === "ping") this.peer.ping("");
    else if (due === "dead") this.dismiss(new ProtocolError("no sign of life", CLOSE.silent));
  }

  dismiss(why: ProtocolError): void {
    this.ended();
    closeTyped(this.peer, why);
  }

  ended(): void {
    if (this.#ended) return;
    this.#ended = true;
    this.#sync.ended();
    this.room.leave(this);
  }

  advance(now: number): void {
    if (!this.#ended) this.#sync.advance(now);
  }

  get watching(): boolean {
    return !this.#ended && !this.#sync.paused;
  }

  producerChanged(): void {
    const { status } = this.room;
    if (this.#ended || status === this.#status) return;
    this.#status = status;
    this.#outbox.latest("producer", encodeViewerMessage({ type: "producer", ...status }));
  }

  viewersChanged(): void {
    const count = this.room.viewerCount;
    if (this.#ended || count === this.#viewerCount) return;
    this.#viewerCount = count;
    this.#outbox.latest("viewers", encodeViewerMessage({ type: "viewers", count }));
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
        this.#outbox.send(
          encodeViewerMessage({ type: "pong", sentAt: message.sentAt, relayAt: now }),
        );
        break;
    }
  }
}

function encodeViewerMessage(message: ToViewerMessage): string {
  return encodeControl(message);
}
