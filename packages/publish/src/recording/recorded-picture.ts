/** The picture of a recording, as far as its records have come: what a relay held that was sent the same. */
import { type FrameStore, ProtocolError, Replica } from "@screen-share/protocol";
import type { Recorded } from "./format.ts";

export class RecordedPicture {
  readonly #replica = new Replica();
  #epoch = Number.NEGATIVE_INFINITY;

  /** The whole picture; undefined before the first. */
  get shown(): FrameStore | undefined {
    return this.#replica.shown;
  }

  /** Applies a record, or changes nothing. @returns why it does not fit, if it does not */
  take(record: Recorded): ProtocolError | undefined {
    try {
      if (record.kind === "update") this.#replica.apply(record.update);
      else this.#describe(record);
      return undefined;
    } catch (error) {
      if (!(error instanceof ProtocolError)) throw error;
      return error;
    }
  }

  #describe({ epoch, stream }: Recorded & { readonly kind: "stream" }): void {
    // A connection's epochs only grow (P-30): this is another one's, and what was on its way on the last one never came.
    if (epoch <= this.#epoch) this.#replica.disconnect();
    this.#epoch = epoch;
    this.#replica.describe(epoch, stream);
  }
}
