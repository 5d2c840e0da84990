/** All rooms of a relay, by name. A room is made when it is first entered and forgotten when it is idle. */
import { closingError, ProtocolError, ROOM_NAME } from "@screen-share/protocol";
import type { HeldBytes } from "./held-bytes.ts";
import { PictureMemory } from "./picture-memory.ts";
import { Places } from "./places.ts";
import { type Census, Room, type RoomLimits, type Watcher } from "./room.ts";
import type { Stats } from "./stats.ts";
import type { Work } from "./work.ts";

export interface HubLimits extends RoomLimits {
  readonly maxRooms: number;
  /** Viewers of all rooms together. */
  readonly maxPlaces: number;
  /** All pictures together, bytes of their tiles. */
  readonly maxPictureBytes: number;
  /** Whole JPEGs that are composed of them, together, bytes. */
  readonly maxComposedBytes: number;
  /** What counts the time that a room's picture takes. */
  readonly newWork: () => Work;
  readonly stats: Stats;
  readonly held: HeldBytes;
  /** Makes a name that no room of any relay has had before. */
  readonly newRoomId: () => string;
}

export class Hub {
  readonly #rooms = new Map<string, Room>();
  readonly #memory: PictureMemory;
  readonly #places: Places<Watcher>;

  /** Whether several rooms are watched, as of the last tick: then none may take the others' time. */
  #shared = true;

  constructor(private readonly limits: HubLimits) {
    this.#places = new Places(limits.maxPlaces);
    const { maxPictureBytes: maxBytes, maxComposedBytes } = limits;
    this.#memory = new PictureMemory({ maxBytes, maxComposedBytes }, () => this.#forgetAbandoned());
  }

  get held(): HeldBytes {
    return this.limits.held;
  }

  get stats(): Stats {
    return this.limits.stats;
  }

  get roomCount(): number {
    return this.#rooms.size;
  }

  /** What all pictures hold together, bytes. */
  get pictureBytes(): number {
    return this.#memory.usedBytes;
  }

  /** What is composed of them, bytes. */
  get composedBytes(): number {
    return this.#memory.composedBytes;
  }

  /** Of every room. */
  *census(): Iterable<Census> {
    for (const room of this.#rooms.values()) yield room.census();
  }

  /** The room of this name, if anybody has entered it. */
  find(name: string): Room | undefined {
    return this.#rooms.get(name);
  }

  /** @throws ProtocolError if no room may be called that (4400), or there are too many for a new one (4429) */
  enter(name: string, now: number): Room {
    checkRoomName(name);
    const known = this.#rooms.get(name);
    if (known) return known;
    if (this.#rooms.size >= this.limits.maxRooms) this.#forgetIdle();
    if (this.#rooms.size >= this.limits.maxRooms) {
      throw closingError("relay-full", `: it has ${this.limits.maxRooms} rooms at most`);
    }
    const { limits } = this;
    const { newRoomId, newWork, stats, held } = limits;
    const shared = { limits, places: this.#places, memory: this.#memory, held, stats };
    const sharesTime = () => this.#shared;
    const parts = { ...shared, sharesTime, id: newRoomId(), work: newWork() };
    const room = new Room(name, parts, now);
    this.#rooms.set(name, room);
    return room;
  }

  /** Called about once a second. @param wallNow ms since 1970, as grants have it */
  tick(now: number, wallNow: number): void {
    let watched = 0;
    for (const room of this.#rooms.values()) {
      room.tick(now, wallNow);
      if (room.viewerCount > 0) watched++;
    }
    this.#shared = watched > 1;
    this.#forgetIdle();
  }

  /** Pictures whose producers are gone make room for those that live. */
  #forgetAbandoned(): void {
    for (const room of this.#rooms.values()) {
      if (room.status.state === "offline") room.picture.clear();
    }
  }

  #forgetIdle(): void {
    for (const [name, room] of this.#rooms) if (room.idle) this.#rooms.delete(name);
  }
}

/** @throws ProtocolError (4400) */
export function checkRoomName(name: string): void {
  if (ROOM_NAME.test(name)) return;
  throw new ProtocolError("a room's name has 1 to 64 letters, digits, - or _");
}
