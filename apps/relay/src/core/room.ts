/**
 * A room: one producer, its picture, and those who watch. It tells watchers that something changed; what each of
 * them takes, and when, is between the watcher and its cursor.
 */
import { CLOSE, type ClosingReason, closingError, ProtocolError } from "@screen-share/protocol";
import { PLACE_TAKEN } from "./directory.ts";
import type { Grant } from "./grant.ts";
import type { HeldBytes } from "./held-bytes.ts";
import { Picture } from "./picture.ts";
import type { PictureMemory } from "./picture-memory.ts";
import { type Place, Places } from "./places.ts";
import type { ProducerKind, Stats, ViewerKind } from "./stats.ts";
import type { Time } from "./time.ts";
import type { Work } from "./work.ts";

/** Whether pictures come, and since when, ms. */
export interface ProducerStatus {
  readonly state: "live" | "paused" | "offline";
  readonly since: number;
  /** Offline because sharing was ended on purpose. */
  readonly stopped?: true;
}

/** Streams and plain viewers of one link at one address in a room: each holds up to a whole picture that its client has not read. */
export const MAX_PLAIN_PER_HOLDER = 32;
const PLAIN_KINDS: readonly ViewerKind[] = ["plain viewer", "mjpeg viewer"];

/** Whoever is in a room, for as long as its grant holds. */
interface Member {
  /** Closes its connection, which leaves the room. */
  dismiss(why: ProtocolError): void;
}

/** Whoever holds a room's one place for a producer. */
export interface Producer extends Member {
  readonly kind: ProducerKind;
  /** Known to this agent alone; undefined for plain producers, who neither take over nor are taken over. */
  readonly producerId: string | undefined;
  /** Links of this generation count, and no others that have one. */
  readonly generation: string | undefined;
  /** Whether it grabs only while somebody watches. */
  readonly onDemand: boolean;
  /** More or fewer watch than before, or may do. */
  demandChanged(): void;
}

/** Whoever watches a room: over a WebSocket of either kind, or as an MJPEG stream. */
export interface Watcher extends Member {
  readonly kind: ViewerKind;
  /** Whether it takes pictures now: a hidden page does not. */
  readonly watching: boolean;
  /** The picture may have changed: take what is due, if anything can be taken now. */
  advance(now: number): void;
  /** The producer's status changed. */
  producerChanged(): void;
  /** The number of watchers may have changed; asked about once a second. */
  viewersChanged(): void;
}

export interface RoomLimits {
  readonly maxViewers: number;
  /** How long the last picture stands without its producer, ms. */
  readonly pictureTtlMs: number;
  readonly time: Time;
}

export interface Census {
  readonly kinds: Readonly<Partial<Record<ProducerKind | ViewerKind, number>>>;
  readonly hidden: number;
}

export class Room {
  readonly picture: Picture;
  readonly #watchers = new Map<Watcher, Grant>();
  /** Those that take pictures now. */
  readonly #watching = new Set<Watcher>();
  readonly #places: Places<Watcher>;
  #producer: { readonly producer: Producer; readonly grant: Grant } | undefined;
  #status: ProducerStatus;
  #watched = false;
  /** Somebody watches again, and no whole picture has come since. */
  #waking = false;
  /** That of the last producer, as long as anything is left of it; none is known of one that was never here. */
  #links: { readonly generation: string | undefined } | undefined;

  constructor(
    readonly name: string,
    private readonly options: {
      /** No other room has it, not even one of this name before or after. */
      readonly id: string;
      readonly limits: RoomLimits;
      /** Those of all rooms together. */
      readonly places: Places<Watcher>;
      readonly memory: PictureMemory;
      readonly held: HeldBytes;
      readonly work: Work;
      /** Whether viewers of other rooms need the relay's time, too. */
      readonly sharesTime: () => boolean;
      readonly stats: Stats;
    },
    now: number,
  ) {
    const { time } = options.limits;
    this.picture = new Picture({
      ...options,
      time,
      evicted: () => this.#evicted(),
      composed: () => this.advance(time.now()),
      cleared: () => this.advance(time.now()),
    });
    this.#places = new Places(options.limits.maxViewers);
    this.#status = { state: "offline", since: now };
  }

  /** Names this very picture, of all that were ever shown anywhere. */
  pictureId({
    epoch,
    pictureVersion,
  }: {
    readonly epoch: number;
    readonly pictureVersion: number;
  }) {
    return `${this.options.id}.${epoch}.${pictureVersion}`;
  }

  get status(): ProducerStatus {
    return this.#status;
  }

  get viewerCount(): number {
    return this.#watchers.size;
  }

  /** What is held for clients, of this room and all others. */
  get held(): HeldBytes {
    return this.options.held;
  }

  get stats(): Stats {
    return this.options.stats;
  }

  /** Everybody in it: how many of each kind, and how many of the viewers take nothing now. */
  census(): Census {
    const kinds: Partial<Record<ProducerKind | ViewerKind, number>> = {};
    const count = (kind: ProducerKind | ViewerKind) => {
      kinds[kind] = (kinds[kind] ?? 0) + 1;
    };
    if (this.#producer) count(this.#producer.producer.kind);
    for (const { kind } of this.#watchers.keys()) count(kind);
    return { kinds, hidden: this.#watchers.size - this.watchingCount };
  }

  /** What its picture has cost. */
  get work(): Work {
    return this.options.work;
  }

  /** Whether nothing would be lost with this room. */
  get idle(): boolean {
    const owes = this.work.debtMs > 0;
    return !this.#producer && this.#watchers.size === 0 && !this.picture.shown && !owes;
  }

  /** @throws ProtocolError (4401) if the link that a grant came by was ended */
  checkLink(grant: Grant): void {
    if (this.#hasEnded(grant)) throw closingError("ended");
  }

  /** @throws ProtocolError if there is no place for such a watcher (4429), or the link was ended (4401) */
  checkPlace(kind: ViewerKind, grant: Grant): void {
    this.checkLink(grant);
    this.#checkPlain(kind, grant);
    const place = placeIn(this.#places, grant, "room-full");
    if (place.kind === "free") placeIn(this.options.places, grant, "relay-full");
  }

  /** @throws ProtocolError as `checkPlace` */
  join(watcher: Watcher, grant: Grant): void {
    this.checkPlace(watcher.kind, grant);
    for (const places of [this.#places, this.options.places]) {
      const place = places.find(grant.holder);
      // Its place is free by that in both.
      if (place.kind === "held") this.#displace(place.by);
    }
    this.#watchers.set(watcher, grant);
    this.#places.enter(watcher, grant.holder);
    this.options.places.enter(watcher, grant.holder);
    this.#joined(watcher, grant);
    this.watchingChanged(watcher);
  }

  leave(watcher: Watcher): void {
    const grant = this.#watchers.get(watcher);
    if (!grant) return;
    this.#watchers.delete(watcher);
    this.#places.leave(watcher, grant.holder);
    this.options.places.leave(watcher, grant.holder);
    this.#watching.delete(watcher);
    this.#demandChanged();
    if (this.#watchers.size === 0) this.picture.rest();
  }

  /**
   * Takes the producer's place: if it is free, or held by an older connection of the same agent. If links of another
   * generation counted before, they end, and with them the picture that they showed.
   * @throws ProtocolError (4000) if somebody else holds it
   */
  takePlace(producer: Producer, grant: Grant, now: number): void {
    const holder = this.#producer?.producer;
    if (holder && (holder.producerId === undefined || holder.producerId !== producer.producerId)) {
      throw new ProtocolError(PLACE_TAKEN, CLOSE.producerExists);
    }
    this.#producer = { producer, grant };
    this.#joined(producer, grant);
    if (holder) {
      this.picture.disconnect();
      // It has no place to leave any more.
      const text = "replaced by a newer connection of the same agent";
      holder.dismiss(new ProtocolError(text, CLOSE.replaced));
    }
    this.#countLinks(producer.generation);
    this.setStatus("live", now);
  }

  /** The producer's connection ended. Its last picture stands; one that was replaced leaves nothing behind. */
  leavePlace(producer: Producer, now: number): void {
    if (this.#producer?.producer !== producer) return;
    this.#producer = undefined;
    this.picture.disconnect();
    this.setStatus("offline", now);
  }

  setStatus(state: ProducerStatus["state"], now: number): void {
    if (this.#status.state !== state) this.#become({ state, since: now });
  }

  /** Sharing was ended on purpose: the picture is forgotten, here and wherever it is shown. */
  stop(now: number): void {
    this.picture.clear();
    if (!this.#status.stopped) this.#become({ state: "offline", since: now, stopped: true });
  }

  /** The picture may have changed: everybody takes what is due. */
  advance(now: number): void {
    const { shown } = this.picture;
    if (shown && !shown.partial) this.#waking = false;
    // A large audience may have all of a relay's time, as long as nobody else needs it.
    const started = this.options.sharesTime() ? this.work.start() : undefined;
    for (const watcher of this.#watchers.keys()) watcher.advance(now);
    if (started) this.work.finish(started);
  }

  /** How many of the viewers take pictures now. */
  get watchingCount(): number {
    return this.#watching.size;
  }

  /** Whether what is shown is of before anybody watched: nothing new comes until somebody does, or it has not come yet. */
  get sleeping(): boolean {
    const { onDemand } = this.#producer?.producer ?? { onDemand: false };
    return onDemand && this.#status.state === "live" && (!this.#watched || this.#waking);
  }

  /** A viewer joined, was hidden or is visible again. */
  watchingChanged(watcher: Watcher): void {
    if (watcher.watching) this.#watching.add(watcher);
    else this.#watching.delete(watcher);
    this.#demandChanged();
  }

  /**
   * Called about once a second: whoever's time is over goes, counts are told in bundles, and an abandoned picture is
   * dropped.
   * @param wallNow ms since 1970, as grants have it
   */
  tick(now: number, wallNow: number): void {
    for (const [watcher, grant] of this.#watchers) endExpired(watcher, grant, wallNow);
    if (this.#producer) endExpired(this.#producer.producer, this.#producer.grant, wallNow);
    for (const watcher of this.#watchers.keys()) watcher.viewersChanged();
    const abandoned =
      !this.#producer && now - this.#status.since >= this.options.limits.pictureTtlMs;
    if (abandoned) this.picture.clear();
  }

  #demandChanged(): void {
    const watched = this.watchingCount > 0;
    if (watched && !this.#watched) this.#waking = true;
    this.#watched = watched;
    this.#producer?.producer.demandChanged();
  }

  #become(status: ProducerStatus): void {
    this.#status = status;
    for (const watcher of this.#watchers.keys()) watcher.producerChanged();
  }

  #joined({ kind }: Producer | Watcher, { name }: Grant): void {
    this.stats.joined({ kind, room: this.name, name });
  }

  /** The relay had no memory left, and this room's picture took most of it. */
  #evicted(): void {
    this.stats.dropped("memory_full");
    const reason = "the relay has no memory left, and this room's picture takes most of it";
    this.#producer?.producer.dismiss(new ProtocolError(reason, CLOSE.full));
  }

  #displace(watcher: Watcher): void {
    this.stats.dropped("place_taken");
    watcher.dismiss(closingError("room-full", ": its link holds most places and gave one up"));
  }

  #checkPlain(kind: ViewerKind, { holder }: Grant): void {
    if (!PLAIN_KINDS.includes(kind)) return;
    let count = 0;
    for (const watcher of this.#places.heldBy(holder)) {
      if (PLAIN_KINDS.includes(watcher.kind)) count++;
    }
    if (count < MAX_PLAIN_PER_HOLDER) return;
    this.stats.dropped("too_many_streams");
    const limit = `${MAX_PLAIN_PER_HOLDER} streams and plain viewers`;
    throw new ProtocolError(`this link has ${limit} at this address, and no more`, CLOSE.full);
  }

  #countLinks(generation: string | undefined): void {
    if (this.#links && this.#links.generation !== generation) this.picture.clear();
    this.#links = { generation };
    for (const [watcher, grant] of this.#watchers) {
      if (this.#hasEnded(grant)) watcher.dismiss(closingError("ended"));
    }
  }

  #hasEnded({ generation }: Grant): boolean {
    return generation !== undefined && !!this.#links && generation !== this.#links.generation;
  }
}

/** @throws ProtocolError (4429) if there is none */
function placeIn(
  places: Places<Watcher>,
  { holder }: Grant,
  reason: ClosingReason,
): Place<Watcher> {
  const place = places.find(holder);
  if (place.kind !== "none") return place;
  throw closingError(reason, `: it takes ${places.max} viewers at most`);
}

function endExpired(member: Member, grant: Grant, wallNow: number): void {
  if (wallNow >= grant.expiresAt) member.dismiss(closingError("expired"));
}
