/** A v1 viewer's connection: hello first, then acks, visibility and pings. Nothing it sends goes any further. */
import {
  CLOSE,
  type CloseCode,
  decodeAck,
  encodeControl,
  HELLO_TIMEOUT_MS,
  ProtocolError,
  parseViewerMessage,
  type ToViewerMessage,
  type ViewerMessage,
} from "@screen-share/protocol";
import type { Gate, Grant } from "./access.ts";
import { Bucket } from "./bucket.ts";
import type { Hub } from "./hub.ts";
import { Liveness } from "./liveness.ts";
import { Outbox } from "./outbox.ts";
import type { Peer, Session } from "./peer.ts";
import { refusing } from "./refusing.ts";
import type { ProducerStatus, Room, Watcher } from "./room.ts";
import { ViewerSync } from "./viewer-sync.ts";

/** No message of a viewer is longer: bytes, or UTF-16 units of text. */
export const MAX_VIEWER_MESSAGE_BYTES = 4096;

/** Messages that ask for something: so many at once, and so many a second in the long run. */
const REQUESTS = { capacity: 60, perSecond: 10 } as const;

type State =
  | { readonly state: "greeting"; readonly openedAt: number }
  /** Its hello is being judged. */
  | { readonly state: "verifying" }
  | { readonly state: "watching"; readonly room: Room; readonly sync: ViewerSync }
  | { readonly state: "ended" };

export class ViewerSession implements Session, Watcher {
  readonly kind = "viewer";
  #state: State;
  #summary: Readonly<Record<string, unknown>> = { kind: this.kind };
  readonly #outbox: Outbox;
  readonly #liveness: Liveness;
  readonly #requests: Bucket;
  #toldStatus: ProducerStatus | undefined;
  #toldCount: number | undefined;

  constructor(
    private readonly hub: Hub,
    private readonly peer: Peer,
    private readonly gate: Gate,
    now: number,
  ) {
    this.#state = { state: "greeting", openedAt: now };
    this.#outbox = new Outbox(peer);
    this.#liveness = new Liveness(now);
    this.#requests = new Bucket(REQUESTS, now);
  }

  get summary(): Readonly<Record<string, unknown>> {
    return this.#state.state === "watching"
      ? { ...this.#summary, ...this.#state.sync.summary }
      : this.#summary;
  }

  receive(message: Uint8Array | string, now: number): void {
    this.#liveness.heard(now);
    if (this.#state.state === "ended") return;
    refusing(this, () => {
      if (message.length > MAX_VIEWER_MESSAGE_BYTES) {
        throw new ProtocolError("a viewer's message is too long", CLOSE.tooLarge);
      }
      if (typeof message === "string") {
        if (this.#requests.take(1, now) < 0) {
          throw new ProtocolError("a viewer asks for too much", CLOSE.full);
        }
        this.#control(parseViewerMessage(message), now);
      } else this.#joined().sync.acked(decodeAck(message), now);
    });
  }

  ponged(_: string, now: number): void {
    this.#liveness.heard(now);
  }

  drained(now: number): void {
    this.#liveness.heard(now);
    this.#outbox.drained();
    this.producerChanged();
    this.viewersChanged();
    this.advance(now);
  }

  tick(now: number): void {
    switch (this.#state.state) {
      case "greeting":
        if (now - this.#state.openedAt < HELLO_TIMEOUT_MS) return;
        this.dismiss(CLOSE.silent, "no hello came");
        break;
      case "watching": {
        this.#state.room.stats.windowed(this.kind, this.#state.sync.windowBytes);
        this.#state.sync.tick(now);
        const due = this.#liveness.tick(now, this.#state.sync.inFlightBytes);
        // Past the outbox: it may be the only sign of life that a socket that is behind can give.
        if (due === "ping") this.peer.ping("");
        else if (due === "dead") this.dismiss(CLOSE.silent, "no sign of life");
        break;
      }
    }
  }

  dismiss(code: CloseCode, reason: string): void {
    this.ended();
    this.peer.close(code, reason);
  }

  ended(): void {
    const { summary } = this;
    if (this.#state.state === "watching") {
      this.#state.sync.ended();
      this.#state.room.leave(this);
    } else if (this.#state.state !== "ended") this.gate.abandoned();
    this.#summary = summary;
    this.#state = { state: "ended" };
  }

  advance(now: number): void {
    if (this.#state.state === "watching") this.#state.sync.advance(now);
  }

  get watching(): boolean {
    return this.#state.state === "watching" && !this.#state.sync.paused;
  }

  producerChanged(): void {
    if (this.#state.state !== "watching") return;
    const { status } = this.#state.room;
    if (status === this.#toldStatus) return;
    if (this.#send({ type: "producer", ...status })) this.#toldStatus = status;
  }

  viewersChanged(): void {
    if (this.#state.state !== "watching") return;
    const count = this.#state.room.viewerCount;
    if (count !== this.#toldCount && this.#send({ type: "viewers", count }))
      this.#toldCount = count;
  }

  #control(message: ViewerMessage, now: number): void {
    switch (message.type) {
      case "hello":
        this.#hello(message, now);
        break;
      case "visibility":
        this.#show(message.visible, now);
        break;
      case "ping":
        this.#joined();
        this.#send({ type: "pong", sentAt: message.sentAt, relayAt: now });
        break;
    }
  }

  #hello(hello: Extract<ViewerMessage, { type: "hello" }>, now: number): void {
    if (this.#state.state !== "greeting") throw new ProtocolError("hello was already said");
    this.#state = { state: "verifying" };
    this.gate.admit(hello, (verdict) => {
      if (this.#state.state !== "verifying") return;
      refusing(this, () => {
        if (verdict instanceof ProtocolError) throw verdict;
        this.#watch(hello.room, verdict, now);
      });
    });
  }

  #watch(roomName: string, grant: Grant, now: number): void {
    const room = this.hub.enter(roomName, now);
    room.join(this, grant);
    this.#state = { state: "watching", room, sync: new ViewerSync(this.#outbox, room, now) };
    room.demandChanged();
    this.#summary = { kind: this.kind, room: room.name, name: grant.name };
    this.#send({ type: "welcome", room: room.name });
    this.producerChanged();
    this.viewersChanged();
    this.advance(now);
  }

  #show(visible: boolean, now: number): void {
    const { room, sync } = this.#joined();
    sync.setPaused(!visible, now);
    room.demandChanged();
  }

  #joined(): Extract<State, { state: "watching" }> {
    if (this.#state.state !== "watching") throw new ProtocolError("hello comes first");
    return this.#state;
  }

  #send(message: ToViewerMessage): boolean {
    return this.#outbox.send(encodeControl(message));
  }
}
