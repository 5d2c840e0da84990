/** The directory of relays in one process: nothing has to be asked, so claims are made at once. */
import { CLOSE, ProtocolError } from "@screen-share/protocol";
import { type Claim, type Directory, PLACE_TAKEN } from "./directory.ts";

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
