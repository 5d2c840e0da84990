/** A v1 viewer's connection: hello first, then acks, visibility and pings. Nothing it sends goes any further. */
import {
  CLOSE,
  decodeAck,
  encodeControl,
  HELLO_TIMEOUT_MS,
  ProtocolError,
  parseViewerMessage,
  type ToViewerMessage,
  type ViewerMessage,
} from "@screen-share/protocol";
import type { Hub } from "./hub.ts";
import { Outbox } from "./outbox.ts";
import type { Peer, Session } from "./peer.ts";
import { refusing } from "./refusing.ts";
import type { ProducerStatus, Room, Watcher } from "./room.ts";
import { ViewerSync } from "./viewer-sync.ts";

/** No message of a viewer is longer: bytes, or UTF-16 units of text. */
export const MAX_VIEWER_MESSAGE_BYTES = 4096;

type State =
  | { readonly state: "greeting"; readonly openedAt: number }
  | { readonly state: "watching"; readonly room: Room; readonly sync: ViewerSync }
  | { readonly state: "ended" };

export class ViewerSession implements Session, Watcher {
  #state: State;
  #summary: Readonly<Record<string, unknown>> = { kind: "viewer" };
  readonly #outbox: Outbox;
  #toldStatus: ProducerStatus | undefined;
  #toldCount: number | undefined;

  constructor(
    private readonly hub: Hub,
    private readonly peer: Peer,
    now: number,
  ) {
    this.#state = { state: "greeting", openedAt: now };
    this.#outbox = new Outbox(peer);
  }

  get summary(): Readonly<Record<string, unknown>> {
    return this.#state.state === "watching"
      ? { ...this.#summary, ...this.#state.sync.summary }
      : this.#summary;
  }

  receive(message: Uint8Array | string, now: number): void {
    refusing(this.peer, () => {
      if (message.length > MAX_VIEWER_MESSAGE_BYTES) {
        throw new ProtocolError("a viewer's message is too long", CLOSE.tooLarge);
      }
      if (typeof message === "string") this.#control(parseViewerMessage(message), now);
      else this.#watching().sync.acked(decodeAck(message));
    });
  }

  ponged(): void {}

  drained(): void {
    this.#outbox.drained();
    this.producerChanged();
    this.viewersChanged();
    this.advance();
  }

  tick(now: number): void {
    if (this.#state.state === "greeting" && now - this.#state.openedAt >= HELLO_TIMEOUT_MS) {
      this.peer.close(CLOSE.silent, "no hello came");
    }
  }

  ended(): void {
    const { summary } = this;
    if (this.#state.state === "watching") this.#state.room.leave(this);
    this.#summary = summary;
    this.#state = { state: "ended" };
  }

  advance(): void {
    if (this.#state.state === "watching") this.#state.sync.advance();
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
        this.#watching().sync.setPaused(!message.visible);
        break;
      case "ping":
        this.#watching();
        this.#send({ type: "pong", sentAt: message.sentAt, relayAt: now });
        break;
    }
  }

  #hello(hello: Extract<ViewerMessage, { type: "hello" }>, now: number): void {
    if (this.#state.state !== "greeting") throw new ProtocolError("hello was already said");
    const room = this.hub.enter(hello.room, now);
    room.join(this);
    this.#state = { state: "watching", room, sync: new ViewerSync(this.#outbox, room.picture) };
    this.#summary = { kind: "viewer", room: room.name };
    this.#send({ type: "welcome", room: room.name });
    this.producerChanged();
    this.viewersChanged();
    this.advance();
  }

  #watching(): Extract<State, { state: "watching" }> {
    if (this.#state.state !== "watching") throw new ProtocolError("hello comes first");
    return this.#state;
  }

  #send(message: ToViewerMessage): boolean {
    return this.#outbox.send(encodeControl(message));
  }
}
