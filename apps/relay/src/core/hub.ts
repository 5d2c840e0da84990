/** All rooms of a relay, by name. A room is made when it is first entered and forgotten when it is idle. */
import { CLOSE, ProtocolError, ROOM_NAME } from "@screen-share/protocol";
import { Room } from "./room.ts";

export interface HubLimits {
  readonly maxRooms: number;
  readonly maxViewers: number;
  /** How long the last picture stands without its producer, ms. */
  readonly pictureTtlMs: number;
}

export class Hub {
  readonly #rooms = new Map<string, Room>();

  constructor(private readonly limits: HubLimits) {}

  /** The room of this name, if anybody has entered it. */
  find(name: string): Room | undefined {
    return this.#rooms.get(name);
  }

  /** @throws ProtocolError if no room may be called that (4400), or there are too many for a new one (4429) */
  enter(name: string, now: number): Room {
    if (!ROOM_NAME.test(name)) {
      throw new ProtocolError("a room's name is 1 to 64 letters, digits, - or _");
    }
    const known = this.#rooms.get(name);
    if (known) return known;
    if (this.#rooms.size >= this.limits.maxRooms) this.#forgetIdle();
    if (this.#rooms.size >= this.limits.maxRooms) {
      throw new ProtocolError(`the relay has its ${this.limits.maxRooms} rooms`, CLOSE.full);
    }
    const room = new Room(name, this.limits, now);
    this.#rooms.set(name, room);
    return room;
  }

  /** Called about once a second. */
  tick(now: number): void {
    for (const room of this.#rooms.values()) room.tick(now);
    this.#forgetIdle();
  }

  #forgetIdle(): void {
    for (const [name, room] of this.#rooms) if (room.idle) this.#rooms.delete(name);
  }
}
