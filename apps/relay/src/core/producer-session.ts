/** A v1 producer in its room. It describes its stream and sends updates, and each is acked once it is applied. */
import {
  CLOSE,
  encodeControl,
  Outbox,
  type ProducerMessage,
  ProtocolError,
  parseProducerMessage,
  plainText,
  Receiver,
} from "@screen-share/protocol";
import { Bucket } from "./bucket.ts";
import type { Claim } from "./directory.ts";
import type { Grant } from "./grant.ts";
import type { Peer } from "./peer.ts";
import type { Producer, Room } from "./room.ts";
import { RoomSession } from "./room-session.ts";

/** Control messages: a burst, and an average rate. */
const CONTROL = { capacity: 120, perSecond: 20 } as const;
/** How often "no viewers" and "some viewers" may alternate at once. Above this rate, changes wait for the next tick. */
const DEMANDS = { capacity: 8, perSecond: 4 } as const;
/** While a room is over its share of the relay's time, acks wait. A producer that does not slow down is closed at this debt, ms. */
const MAX_DEBT_MS = 1000;

export type ProducerHello = Extract<ProducerMessage, { type: "hello" }>;

export interface ProducerSessionOptions {
  /** The longest message, bytes. */
  readonly maxBytes: number;
  /** Makes a link for the host to share. Calls back exactly once, possibly at once, with the link and the wall-clock time to replace it, if any. */
  readonly mintLink: (link: NewLink, done: (link: string, renewAt?: number) => void) => void;
  /** ms since 1970, on the clock by which links expire. */
  readonly wallNow: () => number;
}

export interface NewLink {
  readonly room: string;
  /** The grant of the producer that it is for. */
  readonly grant: Grant;
  readonly generation: string | undefined;
}

export class ProducerSession extends RoomSession implements Producer {
  readonly kind = "producer";
  readonly producerId: string;
  readonly generation: string | undefined;
  readonly onDemand = true;
  readonly #receiver: Receiver<void>;
  readonly #outbox: Outbox<"demand" | "link" | "refresh">;
  readonly #controlMessages: Bucket;
  readonly #demands: Bucket;
  #welcomed = false;
  /** How the current link was made, and when to replace it. */
  #link: { readonly made: NewLink; readonly renewAt: number } | undefined;
  /** The demand that was last reported. */
  #reported: { readonly viewers: number; readonly watching: number } | undefined;

  constructor(
    private readonly admitted: {
      readonly room: Room;
      readonly hello: ProducerHello;
      readonly grant: Grant;
      readonly claim: Claim;
    },
    peer: Peer,
    private readonly options: ProducerSessionOptions,
    now: number,
  ) {
    const { room, hello, grant } = admitted;
    super(room, peer, grant);
    this.producerId = hello.producerId;
    this.generation = hello.gen;
    this.#receiver = new Receiver(room.picture);
    this.#outbox = new Outbox(peer);
    this.#controlMessages = new Bucket(CONTROL, now);
    // Its hello counts, too.
    this.#controlMessages.take(1, now);
    this.#demands = new Bucket(DEMANDS, now);
    room.takePlace(this, grant, now);
    this.#mintLink({ room: room.name, grant, generation: hello.gen }, (viewerLink) => {
      this.#outbox.send(encodeControl({ type: "welcome", room: room.name, viewerLink }));
      this.#welcomed = true;
      this.#reportDemand();
    });
  }

  override drained(): void {
    this.#outbox.drained();
    this.#ack();
  }

  tick(): void {
    this.#ack();
    this.#reportDemand();
    this.#renewLink();
  }

  /** The first viewer's arrival and the last one's departure are sent at once, within limits; other numbers once per second. */
  demandChanged(): void {
    const { watchingCount, time } = this.room;
    if (!this.#reported || watchingCount > 0 === this.#reported.watching > 0) return;
    if (this.#demands.tryTake(1, time.now())) this.#reportDemand();
  }

  protected get counts() {
    const { hello, grant } = this.admitted;
    const name = hello.name && plainText(hello.name, hello.name.length);
    return { name: grant.name ?? name, updates: this.#receiver.appliedCount };
  }

  protected handle(message: Uint8Array | string, now: number): void {
    const { maxBytes } = this.options;
    if (message.length > maxBytes) {
      throw new ProtocolError(`a message has at most ${maxBytes} bytes`, CLOSE.tooLarge);
    }
    if (typeof message !== "string") this.#update(message, now);
    else if (this.#controlMessages.take(1, now) >= 0) {
      this.#control(parseProducerMessage(message), now);
    } else throw new ProtocolError("too many control messages", CLOSE.full);
  }

  protected leave(now: number): void {
    this.room.leavePlace(this, now);
    this.admitted.claim.release();
  }

  #control(message: ProducerMessage, now: number): void {
    switch (message.type) {
      case "hello":
        throw new ProtocolError("a second hello");
      case "stream":
        this.#liveRoom(now);
        this.#receiver.describe(message);
        break;
      case "status":
        this.#status(message.state, now);
        break;
      case "ping":
        this.#outbox.send(encodeControl({ type: "pong", sentAt: message.sentAt, relayAt: now }));
        break;
    }
  }

  #mintLink(made: NewLink, done: (viewerLink: string) => void): void {
    this.options.mintLink(made, (viewerLink, renewAt) => {
      if (!this.open) return;
      this.#link = renewAt === undefined ? undefined : { made, renewAt };
      done(viewerLink);
    });
  }

  /** Sends a new link before the last one expires (P-38). */
  #renewLink(): void {
    const due = this.#link;
    if (due === undefined || this.options.wallNow() < due.renewAt) return;
    this.#link = undefined;
    this.#mintLink(due.made, (viewerLink) =>
      this.#outbox.latest("link", encodeControl({ type: "link", viewerLink })),
    );
  }

  #status(state: "live" | "paused" | "stopped", now: number): void {
    const { room } = this;
    if (state === "stopped") {
      room.stop(now);
      return;
    }
    // The picture was forgotten when sharing stopped.
    if (room.status.state === "offline") {
      this.#outbox.latest("refresh", encodeControl({ type: "refresh" }));
    }
    room.setStatus(state, now);
  }

  #update(message: Uint8Array, now: number): void {
    const room = this.#liveRoom(now);
    const { ackedCount, appliedCount } = this.#receiver;
    // An ack is withheld, or this is its first update.
    const mustWait = ackedCount < appliedCount || appliedCount === 0;
    if (mustWait && room.work.debtMs > MAX_DEBT_MS) {
      throw new ProtocolError("updates come faster than they can be applied", CLOSE.full);
    }
    const { update } = room.work.spend(() => this.#receiver.update(message, now));
    const uplinkMs = update.encodedAt > 0 ? Math.max(0, now - update.encodedAt) : undefined;
    room.stats.applied({ bytes: message.length, uplinkMs });
    const owes = room.work.debtMs > 0;
    room.advance(now);
    // Last: with an ack in the cork of this socket, uWebSockets.js would first copy every viewer's update of 16 KiB or more.
    this.#ack(owes);
  }

  /** @param owes whether the room is over its share of the relay's time */
  #ack(owes = this.room.work.debtMs > 0): void {
    if (!this.open || owes) return;
    this.#receiver.ack((message) => this.#outbox.send(message));
  }

  #reportDemand(): void {
    if (!this.open || !this.#welcomed) return;
    const { viewerCount: viewers, watchingCount: watching } = this.room;
    if (viewers === this.#reported?.viewers && watching === this.#reported.watching) return;
    this.#reported = { viewers, watching };
    this.#outbox.latest("demand", encodeControl({ type: "demand", viewers, watching }));
  }

  /** The room. A producer that sends pictures is live, even if it had reported that it stopped. */
  #liveRoom(now: number): Room {
    const { room } = this;
    if (room.status.state === "offline") room.setStatus("live", now);
    return room;
  }
}
