/** A room: one producer, its picture and an audience. It notifies viewers of changes; each decides what it is sent, and when. */
import { CLOSE, closingError, ProtocolError } from "@screen-share/protocol";
import { Audience, type Viewer } from "./audience.ts";
import { PLACE_TAKEN } from "./directory.ts";
import type { Grant } from "./grant.ts";
import type { HeldBytes } from "./held-bytes.ts";
import { Picture } from "./picture.ts";
import type { PictureMemory } from "./picture-memory.ts";
import { Places } from "./places.ts";
import type { ProducerKind, Stats, ViewerKind } from "./stats.ts";
import type { Time } from "./time.ts";
import type { PictureVersion } from "./whole-jpeg.ts";
import type { Work } from "./work.ts";

/** Whether pictures are arriving, and since when, ms. */
export interface ProducerStatus {
  readonly state: "live" | "paused" | "offline";
  readonly since: number;
  /** Offline because sharing was ended on purpose. */
  readonly stopped?: true;
}

/** The client that holds a room's only place for a producer. */
export interface Producer {
  readonly kind: ProducerKind;
  /** Known to this agent alone. Undefined for plain producers, which neither replace nor are replaced. */
  readonly producerId: string | undefined;
  /** Among links that have a generation, only those of this one are valid. */
  readonly generation: string | undefined;
  /** Whether it captures only while there are viewers. */
  readonly onDemand: boolean;
  demandChanged?(): void;
  /** Removes it from the room and closes its connection. */
  dismiss(why: ProtocolError): void;
}

/** How many clients of each kind a room has, and how many of its viewers are hidden. */
export interface Census {
  readonly kinds: Readonly<Partial<Record<ProducerKind | ViewerKind, number>>>;
  readonly hidden: number;
}

export interface RoomParts {
  readonly maxViewers: number;
  /** How long the last picture is kept without its producer, ms. */
  readonly pictureTtlMs: number;
  readonly time: Time;
  /** Unique among all rooms that ever existed, including earlier ones of the same name. */
  readonly id: string;
  /** Viewer places, shared by all rooms. */
  readonly places: Places<Viewer>;
  readonly memory: PictureMemory;
  /** What is held for the clients of all rooms. */
  readonly held: HeldBytes;
  readonly work: Work;
  /** Whether viewers of other rooms need the relay's time, too. */
  readonly sharesTime: () => boolean;
  readonly stats: Stats;
}

export class Room {
  readonly picture: Picture;
  readonly held: HeldBytes;
  readonly stats: Stats;
  readonly time: Time;
  readonly work: Work;
  readonly #audience: Audience;
  #producer: { readonly producer: Producer; readonly grant: Grant } | undefined;
  #status: ProducerStatus;
  #watched = false;
  /** Viewers have returned, and no whole picture has arrived since. */
  #waking = false;
  /** The last producer's generation of links, for as long as its room exists. Undefined if there has been no producer yet. */
  #links: { readonly generation: string | undefined } | undefined;

  constructor(
    readonly name: string,
    private readonly parts: RoomParts,
    now: number,
  ) {
    const { places: relayPlaces, held, stats, time, work } = parts;
    this.held = held;
    this.stats = stats;
    this.time = time;
    this.work = work;
    const advance = () => this.advance(time.now());
    const evicted = () => {
      stats.dropped("memory_full");
      const reason = "the relay is out of memory, and this room's picture takes the most";
      this.#producer?.producer.dismiss(new ProtocolError(reason, CLOSE.full));
    };
    this.picture = new Picture({ ...parts, evicted, composed: advance, cleared: advance });
    this.#audience = new Audience(new Places(parts.maxViewers), relayPlaces, stats);
    this.#status = { state: "offline", since: now };
  }

  /** Identifies this picture among all that were ever shown anywhere. */
  pictureId({ epoch, pictureVersion }: PictureVersion): string {
    return `${this.parts.id}.${epoch}.${pictureVersion}`;
  }

  get status(): ProducerStatus {
    return this.#status;
  }

  get viewerCount(): number {
    return this.#audience.size;
  }

  /** How many viewers are watching now. */
  get watchingCount(): number {
    return this.#audience.watchingCount;
  }

  census(): Census {
    const kinds: Partial<Record<ProducerKind | ViewerKind, number>> = {};
    const { producer } = this.#producer ?? {};
    for (const { kind } of producer ? [producer, ...this.#audience] : this.#audience) {
      kinds[kind] = (kinds[kind] ?? 0) + 1;
    }
    return { kinds, hidden: this.viewerCount - this.watchingCount };
  }

  /** Whether forgetting this room would lose nothing. */
  get idle(): boolean {
    const isUsed = this.#producer || this.viewerCount > 0 || this.picture.shown;
    return !isUsed && this.work.debtMs <= 0;
  }

  /** Whether the producer captures nothing because there are no viewers, or its new picture has not arrived since they returned. */
  get sleeping(): boolean {
    const isAsleep = this.#status.state === "live" && (!this.#watched || this.#waking);
    return isAsleep && this.#producer?.producer.onDemand === true;
  }

  /** @throws ProtocolError (4401) if the client's link was revoked */
  checkLink(grant: Grant): void {
    if (this.#hasEnded(grant)) throw closingError("ended");
  }

  /** @throws ProtocolError if there is no place for such a viewer (4429), or its link was revoked (4401) */
  checkPlace(kind: ViewerKind, grant: Grant): void {
    this.checkLink(grant);
    this.#audience.checkPlace(kind, grant);
  }

  /** @throws ProtocolError like `checkPlace` */
  join(viewer: Viewer, grant: Grant): void {
    this.checkLink(grant);
    this.#audience.add(viewer, grant);
    this.stats.joined({ kind: viewer.kind, room: this.name, name: grant.name });
    this.#demandChanged();
  }

  leave(viewer: Viewer): void {
    if (!this.#audience.remove(viewer)) return;
    this.#demandChanged();
    if (this.viewerCount === 0) this.picture.rest();
  }

  /** A viewer was hidden or is visible again. */
  watchingChanged(viewer: Viewer): void {
    this.#audience.update(viewer);
    this.#demandChanged();
  }

  /**
   * Takes the room's producer slot, perhaps from an older connection of the same agent. If the generation of links changes, the previous generation's
   * links end, and the picture is forgotten. @throws ProtocolError (4000) if another producer has it
   */
  takePlace(producer: Producer, grant: Grant, now: number): void {
    const replaced = this.#producer?.producer;
    if (replaced && (!replaced.producerId || replaced.producerId !== producer.producerId)) {
      throw new ProtocolError(PLACE_TAKEN, CLOSE.producerExists);
    }
    this.#producer = { producer, grant };
    this.stats.joined({ kind: producer.kind, room: this.name, name: grant.name });
    if (replaced) {
      this.picture.disconnect();
      // It no longer holds the place, so its `leavePlace` has no effect.
      const reason = "replaced by a newer connection of the same agent";
      replaced.dismiss(new ProtocolError(reason, CLOSE.replaced));
    }
    const { generation } = producer;
    if (this.#links && this.#links.generation !== generation) this.picture.clear();
    this.#links = { generation };
    this.#audience.dismissEnded("ended", (link) => this.#hasEnded(link));
    this.setStatus("live", now);
  }

  /** The producer's connection ended. Its last picture remains. Has no effect if it was replaced. */
  leavePlace(producer: Producer, now: number): void {
    if (this.#producer?.producer !== producer) return;
    this.#producer = undefined;
    this.picture.disconnect();
    this.setStatus("offline", now);
  }

  setStatus(state: ProducerStatus["state"], now: number): void {
    if (this.#status.state !== state) this.#become({ state, since: now });
  }

  /** Sharing was ended on purpose: the picture is forgotten, here and on every viewer. */
  stop(now: number): void {
    this.picture.clear();
    if (!this.#status.stopped) this.#become({ state: "offline", since: now, stopped: true });
  }

  /** The picture may have changed: every viewer is sent what is due. */
  advance(now: number): void {
    const { shown } = this.picture;
    if (shown && !shown.partial) this.#waking = false;
    // A large audience may use all of the relay's time while no other room needs it.
    const started = this.parts.sharesTime() ? this.work.start() : undefined;
    // The last of many viewers is sent its update later than the first.
    for (const viewer of this.#audience) viewer.advance(Math.max(now, this.time.now()));
    if (started) this.work.finish(started);
  }

  /** Called about once a second: ends expired grants and forgets an abandoned picture. @param wallNow ms since 1970, as in grants */
  tick(now: number, wallNow: number): void {
    const hasExpired = ({ expiresAt }: Grant) => wallNow >= expiresAt;
    this.#audience.dismissEnded("expired", hasExpired);
    if (this.#producer && hasExpired(this.#producer.grant)) {
      this.#producer.producer.dismiss(closingError("expired"));
    }
    for (const viewer of this.#audience) viewer.viewersChanged?.();
    const offlineMs = now - this.#status.since;
    if (!this.#producer && offlineMs >= this.parts.pictureTtlMs) this.picture.clear();
  }

  #demandChanged(): void {
    const watched = this.watchingCount > 0;
    if (watched && !this.#watched) this.#waking = true;
    this.#watched = watched;
    this.#producer?.producer.demandChanged?.();
  }

  #become(status: ProducerStatus): void {
    this.#status = status;
    for (const viewer of this.#audience) viewer.producerChanged?.();
  }

  #hasEnded({ generation }: Grant): boolean {
    return generation !== undefined && !!this.#links && generation !== this.#links.generation;
  }
}
