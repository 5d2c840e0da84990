/** The viewers of a room: which of them have a place, which gives one up when the room is full, and how many are watching. */
import { CLOSE, type ClosingReason, closingError, ProtocolError } from "@screen-share/protocol";
import type { Grant } from "./grant.ts";
import type { Places } from "./places.ts";
import type { Stats, ViewerKind } from "./stats.ts";

/** A client that views a room: over a WebSocket of either kind, as an MJPEG stream, or for one snapshot. */
export interface Viewer {
  readonly kind: ViewerKind;
  /** Whether it is watching now. A hidden page is not. */
  readonly watching: boolean;
  /** The picture may have changed: sends what is due and can be taken now. */
  advance(now: number): void;
  /** The producer's status changed. */
  producerChanged?(): void;
  /** The number of viewers may have changed. Called about once a second. */
  viewersChanged?(): void;
  /** Removes it from the room and closes its connection. */
  dismiss(why: ProtocolError): void;
}

/** Streams and plain viewers of one link at one address in a room. Each may hold up to a whole picture that its client has not read. */
export const MAX_PLAIN_PER_HOLDER = 32;
const PLAIN_KINDS: readonly ViewerKind[] = ["plain viewer", "mjpeg viewer"];

export class Audience implements Iterable<Viewer> {
  readonly #grants = new Map<Viewer, Grant>();
  readonly #watching = new Set<Viewer>();

  /** @param places the room's own. @param relayPlaces of all rooms together */
  constructor(
    private readonly places: Places<Viewer>,
    private readonly relayPlaces: Places<Viewer>,
    private readonly stats: Stats,
  ) {}

  get size(): number {
    return this.#grants.size;
  }

  /** How many are watching now. */
  get watchingCount(): number {
    return this.#watching.size;
  }

  [Symbol.iterator](): MapIterator<Viewer> {
    return this.#grants.keys();
  }

  /** @throws ProtocolError (4429) if there is no place for such a viewer */
  checkPlace(kind: ViewerKind, { holder }: Grant): void {
    const { places, relayPlaces, stats } = this;
    const isPlain = (of: ViewerKind) => PLAIN_KINDS.includes(of);
    const plainViewers = () => [...places.heldBy(holder)].filter((viewer) => isPlain(viewer.kind));
    if (isPlain(kind) && plainViewers().length >= MAX_PLAIN_PER_HOLDER) {
      stats.dropped("too_many_streams");
      const limit = `at most ${MAX_PLAIN_PER_HOLDER} streams and plain viewers`;
      throw new ProtocolError(`a link may have ${limit} at one address`, CLOSE.full);
    }
    const place = placeIn(places, holder, "room-full");
    if (place.kind === "free") placeIn(relayPlaces, holder, "relay-full");
  }

  /** @throws ProtocolError like `checkPlace` */
  add(viewer: Viewer, grant: Grant): void {
    this.checkPlace(viewer.kind, grant);
    const { places, relayPlaces, stats } = this;
    for (const limited of [places, relayPlaces]) {
      const place = limited.find(grant.holder);
      if (place.kind !== "held") continue;
      // Frees a place in both.
      stats.dropped("place_taken");
      place.by.dismiss(closingError("room-full", ": its link had the most places and gave one up"));
    }
    this.#grants.set(viewer, grant);
    places.enter(viewer, grant.holder);
    relayPlaces.enter(viewer, grant.holder);
    this.update(viewer);
  }

  /** A viewer was hidden or is visible again. */
  update(viewer: Viewer): void {
    if (viewer.watching) this.#watching.add(viewer);
    else this.#watching.delete(viewer);
  }

  /** @returns whether the viewer was here */
  remove(viewer: Viewer): boolean {
    const grant = this.#grants.get(viewer);
    if (!grant) return false;
    this.#grants.delete(viewer);
    this.#watching.delete(viewer);
    this.places.leave(viewer, grant.holder);
    this.relayPlaces.leave(viewer, grant.holder);
    return true;
  }

  /** Dismisses the viewers whose grants have ended. */
  dismissEnded(why: ClosingReason, hasEnded: (grant: Grant) => boolean): void {
    for (const [viewer, grant] of this.#grants) {
      if (hasEnded(grant)) viewer.dismiss(closingError(why));
    }
  }
}

/** @throws ProtocolError (4429) if there is none */
function placeIn(places: Places<Viewer>, holder: string, reason: ClosingReason) {
  const place = places.find(holder);
  if (place.kind !== "none") return place;
  throw closingError(reason, `: it takes at most ${places.max} viewers`);
}
