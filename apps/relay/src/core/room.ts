/**
 * A room: one producer, its picture, and those who watch. It tells watchers that something changed; what each of
 * them takes, and when, is between the watcher and its cursor.
 */
import { CLOSE, ProtocolError } from "@screen-share/protocol";
import { Picture } from "./picture.ts";

/** Whether pictures come, and since when, ms. */
export interface ProducerStatus {
  readonly state: "live" | "paused" | "offline";
  readonly since: number;
}

/** Whoever holds a room's one place for a producer. */
export interface Producer {
  /** Known to this agent alone; undefined for plain producers, who neither take over nor are taken over. */
  readonly producerId: string | undefined;
  /** A newer connection of the same agent took the place. */
  replaced(): void;
}

/** Whoever watches a room: over a WebSocket of either kind, or as an MJPEG stream. */
export interface Watcher {
  /** The picture may have changed: take what is due, if anything can be taken now. */
  advance(): void;
  /** The producer's status changed. */
  producerChanged(): void;
  /** The number of watchers may have changed. */
  viewersChanged(): void;
}

export class Room {
  readonly picture = new Picture();
  readonly #watchers = new Set<Watcher>();
  #producer: Producer | undefined;
  #status: ProducerStatus;

  constructor(
    readonly name: string,
    private readonly limits: { readonly maxViewers: number; readonly pictureTtlMs: number },
    now: number,
  ) {
    this.#status = { state: "offline", since: now };
  }

  get status(): ProducerStatus {
    return this.#status;
  }

  get viewerCount(): number {
    return this.#watchers.size;
  }

  /** Whether nothing would be lost with this room. */
  get idle(): boolean {
    return !this.#producer && this.#watchers.size === 0 && !this.picture.shown;
  }

  /** @throws ProtocolError (4429) if the room is full */
  checkPlace(): void {
    if (this.#watchers.size >= this.limits.maxViewers) {
      throw new ProtocolError(`the room has its ${this.limits.maxViewers} viewers`, CLOSE.full);
    }
  }

  /** @throws ProtocolError (4429) if the room is full */
  join(watcher: Watcher): void {
    this.checkPlace();
    this.#watchers.add(watcher);
  }

  leave(watcher: Watcher): void {
    this.#watchers.delete(watcher);
    if (this.#watchers.size === 0) this.picture.forgetComposed();
  }

  /**
   * Takes the producer's place: if it is free, or held by an older connection of the same agent.
   * @throws ProtocolError (4000) if somebody else holds it
   */
  takePlace(producer: Producer, now: number): void {
    const holder = this.#producer;
    if (holder) {
      if (holder.producerId === undefined || holder.producerId !== producer.producerId) {
        throw new ProtocolError("a producer is already live in this room", CLOSE.producerExists);
      }
      this.picture.disconnect();
      holder.replaced();
    }
    this.#producer = producer;
    this.setStatus("live", now);
  }

  /** The producer's connection ended. Its last picture stands; one that was replaced leaves nothing behind. */
  leavePlace(producer: Producer, now: number): void {
    if (this.#producer !== producer) return;
    this.#producer = undefined;
    this.picture.disconnect();
    this.setStatus("offline", now);
  }

  setStatus(state: ProducerStatus["state"], now: number): void {
    if (this.#status.state === state) return;
    this.#status = { state, since: now };
    for (const watcher of this.#watchers) watcher.producerChanged();
  }

  /** The picture may have changed: everybody takes what is due. */
  advance(): void {
    for (const watcher of this.#watchers) watcher.advance();
  }

  /** Called about once a second: counts are told in bundles, and an abandoned picture is dropped. */
  tick(now: number): void {
    for (const watcher of this.#watchers) watcher.viewersChanged();
    const abandoned = !this.#producer && now - this.#status.since >= this.limits.pictureTtlMs;
    if (abandoned) this.picture.clear();
  }
}
