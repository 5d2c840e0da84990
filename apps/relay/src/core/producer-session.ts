/** A v1 producer in its room: it describes its stream and sends updates, each acknowledged once it is applied. */
import {
  CLOSE,
  encodeControl,
  Outbox,
  type ProducerMessage,
  ProtocolError,
  parseProducerMessage,
  plainText,
  Receiver,
  type ToProducerMessage,
} from "@screen-share/protocol";
import { Bucket } from "./bucket.ts";
import type { Claim } from "./directory.ts";
import type { Grant } from "./grant.ts";
import type { Peer, Session } from "./peer.ts";
import { closeTyped, refusing } from "./refusal.ts";
import type { Producer, Room } from "./room.ts";

/** Control messages: a burst, and a rate in the long run. */
const CONTROL = { capacity: 120, perSecond: 20 } as const;
/**
 * Changes between "nobody watches" and "somebody does" that are sent at once. One link that comes and goes could cause thousands: beyond
 * this they wait for the next second, in which only the last counts.
 */
const DEMANDS = { capacity: 8, perSecond: 4 } as const;
/**
 * While a room owes the relay time, acks wait, by which an honest producer becomes slower. One that goes on regardless is put
 * out once the room owes so much, ms.
 */
const MAX_DEBT_MS = 1000;

export type ProducerHello = Extract<ProducerMessage, { type: "hello" }>;

export interface ProducerOptions {
  /** The longest message, bytes. */
  readonly maxBytes: number;
  /**
   * Makes the link to a room, for the host to pass on. Calls back once, at once or later, also with the time by the wall clock at
   * which to replace the link; undefined if that is never.
   */
  readonly mintLink: (link: NewLink, done: (link: string, renewAt?: number) => void) => void;
  /** The clock that `now` arguments are read from, ms. */
  readonly clock: () => number;
  /** ms since 1970. Links expire by this one, which moves while the machine sleeps and when it is set. */
  readonly wallNow: () => number;
}

export interface NewLink {
  readonly room: string;
  /** Of the producer that it is for. */
  readonly grant: Grant;
  readonly generation: string | undefined;
}

/** What its hello and its token say of it. */
export interface AdmittedProducer {
  readonly room: Room;
  readonly hello: ProducerHello;
  readonly grant: Grant;
  readonly claim: Claim;
}

/** Born in its room: admission has verified the client and claimed the place before. */
export class ProducerSession implements Session, Producer {
  readonly kind = "producer";
  readonly producerId: string;
  readonly generation: string | undefined;
  readonly onDemand = true;
  readonly #room: Room;
  readonly #summary: Readonly<Record<string, unknown>>;
  #ended = false;
  readonly #receiver: Receiver<void>;
  readonly #outbox: Outbox<"demand" | "link" | "refresh">;
  readonly #controlMessages: Bucket;
  readonly #demands: Bucket;
  #welcomed = false;
  /** What the link to the room is made of, and when to replace it. */
  #link: { readonly made: NewLink; readonly renewAt: number } | undefined;
  /** The demand that was last reported. */
  #reported: { readonly viewers: number; readonly watching: number } | undefined;

  /** @throws ProtocolError as `Room.takePlace` */
  constructor(
    private readonly admitted: AdmittedProducer,
    private readonly peer: Peer,
    private readonly options: ProducerOptions,
    now: number,
  ) {
    const { room, hello, grant } = admitted;
    this.#room = room;
    this.producerId = hello.producerId;
    this.generation = hello.gen;
    this.#receiver = new Receiver(room.picture);
    this.#outbox = new Outbox(peer);
    this.#controlMessages = new Bucket(CONTROL, now);
    // Its hello was the first.
    this.#controlMessages.take(1, now);
    this.#demands = new Bucket(DEMANDS, now);
    const name = hello.name === undefined ? undefined : plainText(hello.name, hello.name.length);
    this.#summary = { kind: this.kind, room: room.name, name: grant.name ?? name };
    room.takePlace(this, grant, now);
    const made = { room: room.name, grant, generation: hello.gen };
    options.mintLink(made, (viewerLink, renewAt) => {
      if (this.#ended) return;
      this.#link = renewAt === undefined ? undefined : { made, renewAt };
      this.#send({ type: "welcome", room: room.name, viewerLink });
      this.#welcomed = true;
      this.#reportDemand();
    });
  }

  get summary(): Readonly<Record<string, unknown>> {
    return { ...this.#summary, updates: this.#receiver.appliedCount };
  }

  receive(message: Uint8Array | string, now: number): void {
    if (this.#ended) return;
    refusing(this, () => {
      if (message.length > this.options.maxBytes) {
        throw new ProtocolError(
          `a message has at most ${this.options.maxBytes} bytes`,
          CLOSE.tooLarge,
        );
      }
      if (typeof message !== "string") this.#update(message, now);
      else if (this.#controlMessages.take(1, now) >= 0) {
        this.#control(parseProducerMessage(message), now);
      } else throw new ProtocolError("too many control messages", CLOSE.full);
    });
  }

  ponged(): void {}

  drained(): void {
    this.#outbox.drained();
    this.#ack();
  }

  tick(): void {
    this.#ack();
    this.#reportDemand();
    this.#renewLink();
  }

  /** That nobody watches any more, or somebody does again, is sent at once, within limits; other numbers once a second. */
  demandChanged(): void {
    if (this.#ended) return;
    const { watchingCount } = this.#room;
    if (!this.#reported || watchingCount > 0 === this.#reported.watching > 0) return;
    const now = this.options.clock();
    if (this.#demands.take(0, now) < 1) return;
    this.#demands.take(1, now);
    this.#reportDemand();
  }

  dismiss(why: ProtocolError): void {
    this.ended(this.options.clock());
    closeTyped(this.peer, why);
  }

  ended(now: number): void {
    if (this.#ended) return;
    this.#ended = true;
    this.#room.leavePlace(this, now);
    this.admitted.claim.release();
  }

  #control(message: ProducerMessage, now: number): void {
    switch (message.type) {
      case "hello":
        throw new ProtocolError("hello was already said");
      case "stream":
        this.#liveRoom(now);
        this.#receiver.describe(message);
        break;
      case "status":
        this.#status(message.state, now);
        break;
      case "ping":
        this.#send({ type: "pong", sentAt: message.sentAt, relayAt: now });
        break;
    }
  }

  /** Sends another link before the last one ends (P-38). */
  #renewLink(): void {
    const due = this.#link;
    if (due === undefined || this.options.wallNow() < due.renewAt) return;
    this.#link = undefined;
    this.options.mintLink(due.made, (viewerLink, renewAt) => {
      if (this.#ended) return;
      this.#latest("link", { type: "link", viewerLink });
      if (renewAt !== undefined) this.#link = { made: due.made, renewAt };
    });
  }

  #status(state: "live" | "paused" | "stopped", now: number): void {
    const room = this.#room;
    if (state === "stopped") {
      room.stop(now);
      return;
    }
    // The picture was forgotten when sharing stopped.
    if (room.status.state === "offline") this.#latest("refresh", { type: "refresh" });
    room.setStatus(state, now);
  }

  #update(message: Uint8Array, now: number): void {
    const room = this.#liveRoom(now);
    if (room.work.debtMs > MAX_DEBT_MS && this.#mustWait) {
      throw new ProtocolError("updates come faster than they can be applied", CLOSE.full);
    }
    const { update } = room.work.spend(() => this.#receiver.update(message, now));
    const uplinkMs = update.encodedAt > 0 ? Math.max(0, now - update.encodedAt) : undefined;
    room.stats.applied({ bytes: message.length, uplinkMs });
    this.#ack();
    room.advance(now);
  }

  /** Whether the next update is one too many: an ack is withheld, or this connection has only begun. */
  get #mustWait(): boolean {
    const { ackedCount, appliedCount } = this.#receiver;
    return ackedCount < appliedCount || appliedCount === 0;
  }

  #ack(): void {
    if (this.#ended || this.#room.work.debtMs > 0) return;
    this.#receiver.ack((message) => this.#outbox.send(message));
  }

  #reportDemand(): void {
    if (this.#ended || !this.#welcomed) return;
    const { viewerCount: viewers, watchingCount: watching } = this.#room;
    if (viewers === this.#reported?.viewers && watching === this.#reported.watching) return;
    this.#reported = { viewers, watching };
    this.#latest("demand", { type: "demand", viewers, watching });
  }

  /** The room of a producer that sends pictures: it is live, though it may have said that it stopped. */
  #liveRoom(now: number): Room {
    const room = this.#room;
    if (room.status.state === "offline") room.setStatus("live", now);
    return room;
  }

  #send(message: ToProducerMessage): void {
    this.#outbox.send(encodeControl(message));
  }

  #latest(slot: "demand" | "link" | "refresh", message: ToProducerMessage): void {
    this.#outbox.latest(slot, encodeControl(message));
  }
}
