/**
 * A v1 producer's connection: hello, then descriptions of its stream and updates, each acknowledged once it is applied.
 */
import {
  CLOSE,
  decodeUpdate,
  encodeAck,
  encodeControl,
  HELLO_TIMEOUT_MS,
  type ProducerMessage,
  ProtocolError,
  parseProducerMessage,
  type ToProducerMessage,
} from "@screen-share/protocol";
import type { Hub } from "./hub.ts";
import { Outbox } from "./outbox.ts";
import type { Peer, Session } from "./peer.ts";
import { refusing } from "./refusing.ts";
import type { Producer, Room } from "./room.ts";

type State =
  | { readonly state: "greeting"; readonly openedAt: number }
  | { readonly state: "producing"; readonly room: Room }
  | { readonly state: "ended" };

export interface ProducerOptions {
  /** The longest message, bytes. */
  readonly maxBytes: number;
  /** The link to a room, for whoever shares to send on. */
  readonly viewerLink: (room: string) => string;
}

export class ProducerSession implements Session, Producer {
  producerId: string | undefined;
  #state: State;
  #summary: Readonly<Record<string, unknown>> = { kind: "producer" };
  #epoch = -1;
  readonly #outbox: Outbox;
  #appliedCount = 0;
  #ackedCount = 0;
  #refreshDue = false;

  constructor(
    private readonly hub: Hub,
    private readonly peer: Peer,
    private readonly options: ProducerOptions,
    now: number,
  ) {
    this.#state = { state: "greeting", openedAt: now };
    this.#outbox = new Outbox(peer);
  }

  get summary(): Readonly<Record<string, unknown>> {
    return { ...this.#summary, updates: this.#appliedCount };
  }

  receive(message: Uint8Array | string, now: number): void {
    if (this.#state.state === "ended") return;
    refusing(this.peer, () => {
      if (message.length > this.options.maxBytes) {
        throw new ProtocolError(
          `a message has at most ${this.options.maxBytes} bytes`,
          CLOSE.tooLarge,
        );
      }
      if (typeof message === "string") this.#control(parseProducerMessage(message), now);
      else this.#update(message, now);
    });
  }

  ponged(): void {}

  drained(): void {
    this.#outbox.drained();
    this.#ack();
    this.#refresh();
  }

  tick(now: number): void {
    if (this.#state.state === "greeting" && now - this.#state.openedAt >= HELLO_TIMEOUT_MS) {
      this.peer.close(CLOSE.silent, "no hello came");
    }
  }

  ended(now: number): void {
    if (this.#state.state === "producing") this.#state.room.leavePlace(this, now);
    this.#state = { state: "ended" };
  }

  replaced(): void {
    this.#state = { state: "ended" };
    this.peer.close(CLOSE.replaced, "replaced by a newer connection of the same agent");
  }

  #control(message: ProducerMessage, now: number): void {
    switch (message.type) {
      case "hello":
        this.#hello(message, now);
        break;
      case "stream":
        if (message.epoch <= this.#epoch) throw new ProtocolError("epochs only grow");
        this.#liveRoom(now).picture.describe(message.epoch, message.stream);
        this.#epoch = message.epoch;
        break;
      case "status":
        this.#status(message.state, now);
        break;
      case "ping":
        this.#room();
        this.#send({ type: "pong", sentAt: message.sentAt, relayAt: now });
        break;
    }
  }

  #hello(hello: Extract<ProducerMessage, { type: "hello" }>, now: number): void {
    if (this.#state.state !== "greeting") throw new ProtocolError("hello was already said");
    const room = this.hub.enter(hello.room, now);
    this.producerId = hello.producerId;
    room.takePlace(this, now);
    this.#state = { state: "producing", room };
    this.#summary = { kind: "producer", room: room.name, name: hello.name };
    this.#send({
      type: "welcome",
      room: room.name,
      viewerLink: this.options.viewerLink(room.name),
    });
  }

  #status(state: "live" | "paused" | "stopped", now: number): void {
    const room = this.#room();
    if (state !== "stopped") {
      // What it had sent was forgotten when it stopped.
      this.#refreshDue = room.status.state === "offline";
      room.setStatus(state, now);
      this.#refresh();
      return;
    }
    room.picture.clear();
    room.setStatus("offline", now);
  }

  #update(message: Uint8Array, now: number): void {
    const room = this.#liveRoom(now);
    room.picture.apply(decodeUpdate(message), now);
    this.#appliedCount++;
    this.#ack();
    room.advance();
  }

  #ack(): void {
    if (this.#ackedCount === this.#appliedCount) return;
    if (this.#outbox.send(encodeAck(this.#appliedCount))) this.#ackedCount = this.#appliedCount;
  }

  #refresh(): void {
    if (this.#refreshDue) this.#refreshDue = !this.#send({ type: "refresh" });
  }

  /** The room of a producer that sends pictures: it is live, though it may have said that it stopped. */
  #liveRoom(now: number): Room {
    const room = this.#room();
    if (room.status.state === "offline") room.setStatus("live", now);
    return room;
  }

  #room(): Room {
    if (this.#state.state !== "producing") throw new ProtocolError("hello comes first");
    return this.#state.room;
  }

  #send(message: ToProducerMessage): boolean {
    return this.#outbox.send(encodeControl(message));
  }
}
