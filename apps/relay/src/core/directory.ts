/** The port to the directory that knows which relay has a room's producer, and its adapter for a single relay. */
import { CLOSE, ProtocolError } from "@screen-share/protocol";

export const PLACE_TAKEN = "a producer is already live in this room";

/** The place of a room's producer. */
export interface Claim {
  /** Has no effect on a claim that was replaced. */
  release(): void;
}

export interface Directory {
  /**
   * Claims the place of a room's producer. A newer connection of the same agent replaces the older one's claim.
   * @param producerId undefined for plain producers, which neither replace nor are replaced
   * @returns a promise only if another relay must be queried
   * @throws ProtocolError (4000) if another producer has it
   */
  claim(room: string, producerId: string | undefined): Claim | Promise<Claim>;
}

/** For relays in one process. */
export class MemoryDirectory implements Directory {
  readonly #claims = new Map<string, { readonly producerId: string | undefined }>();

  claim(room: string, producerId: string | undefined): Claim {
    const held = this.#claims.get(room);
    if (held && (producerId === undefined || held.producerId !== producerId)) {
      throw new ProtocolError(PLACE_TAKEN, CLOSE.producerExists);
    }
    const claim = { producerId };
    this.#claims.set(room, claim);
    return {
      release: () => {
        if (this.#claims.get(room) === claim) this.#claims.delete(room);
      },
    };
  }
}
