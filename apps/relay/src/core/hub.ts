/** All rooms of a relay, by name. A room is created when it is first entered, and forgotten when it is idle. */
import { closingError, ProtocolError, ROOM_NAME } from "@screen-share/protocol";
import type { Viewer } from "./audience.ts";
import { PictureMemory } from "./picture-memory.ts";
import { Places } from "./places.ts";
import { type Census, Room, type RoomParts } from "./room.ts";
import type { Work } from "./work.ts";

interface HubOptions extends Omit<RoomParts, "id" | "places" | "memory" | "work" | "sharesTime"> {
  readonly maxRooms: number;
  /** The maximum number of viewers in all rooms. */
  readonly maxPlaces: number;
  /** All pictures together, bytes of their tiles. */
  readonly maxPictureBytes: number;
  /** All JPEGs composed of them together, bytes. */
  readonly maxComposedBytes: number;
  readonly newWork: () => Work;
  /** Creates a name that no room of any relay has had before. */
  readonly newRoomId: () => string;
}

export class Hub {
  readonly #rooms = new Map<string, Room>();
  readonly #memory: PictureMemory;
  readonly #places: Places<Viewer>;
  /** Whether several rooms had viewers at the last tick. If so, none may take the others' time. */
  #sharesTime = true;

  constructor(readonly options: HubOptions) {
    const { maxPlaces, maxPictureBytes: maxBytes, maxComposedBytes } = options;
    this.#places = new Places(maxPlaces);
    this.#memory = new PictureMemory({ maxBytes, maxComposedBytes }, () => {
      // Pictures with a producer take precedence over those without.
      for (const { status, picture } of this.#rooms.values()) {
        if (status.state === "offline") picture.clear();
      }
    });
  }

  get pictureBytes(): number {
    return this.#memory.usedBytes;
  }

  get composedBytes(): number {
    return this.#memory.composedBytes;
  }

  census(): readonly Census[] {
    return [...this.#rooms.values()].map((room) => room.census());
  }

  find(name: string): Room | undefined {
    return this.#rooms.get(name);
  }

  /** Finds or creates a room. @throws ProtocolError if the name is invalid (4400), or there are too many rooms (4429) */
  enter(name: string, now: number): Room {
    checkRoomName(name);
    const known = this.#rooms.get(name);
    if (known) return known;
    const { maxRooms, newRoomId, newWork } = this.options;
    if (this.#rooms.size >= maxRooms) this.#forgetIdle();
    if (this.#rooms.size >= maxRooms) {
      throw closingError("relay-full", `: it has at most ${maxRooms} rooms`);
    }
    const parts = {
      ...this.options,
      id: newRoomId(),
      places: this.#places,
      memory: this.#memory,
      work: newWork(),
      sharesTime: () => this.#sharesTime,
    };
    const room = new Room(name, parts, now);
    this.#rooms.set(name, room);
    return room;
  }

  /** Called about once a second. @param wallNow ms since 1970, as in grants */
  tick(now: number, wallNow: number): void {
    let watched = 0;
    for (const room of this.#rooms.values()) {
      room.tick(now, wallNow);
      if (room.viewerCount > 0) watched++;
    }
    this.#sharesTime = watched > 1;
    this.#forgetIdle();
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
