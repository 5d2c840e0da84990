/** The port to whatever knows which relay has a room's producer. */

export const PLACE_TAKEN = "a producer is already live in this room";

/** The place of a room's producer, held until it is released. */
export interface Claim {
  /** Has no effect on a claim that was replaced. */
  release(): void;
}

export interface Directory {
  /**
   * Claims the place of a room's producer. A newer connection of the same agent replaces the older one's claim.
   * @param producerId undefined for plain producers, which neither replace nor are replaced
   * @returns a promise only if another relay has to be asked
   * @throws ProtocolError (4000) if another producer holds it
   */
  claim(room: string, producerId: string | undefined): Claim | Promise<Claim>;
}
