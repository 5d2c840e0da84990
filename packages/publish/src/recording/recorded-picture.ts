/** The picture of a recording after some of its records: what a relay showed that received the same. */
import { type FrameStore, ProtocolError, Replica } from "@screen-share/protocol";
import type { Recorded, RecordingEnd } from "./format.ts";

export class RecordedPicture {
  readonly #replica = new Replica();
  #epoch = Number.NEGATIVE_INFINITY;

  /** The whole picture. Undefined before the first. */
  get shown(): FrameStore | undefined {
    return this.#replica.shown;
  }

  /** Applies a record. If it does not fit the picture, changes nothing and returns that the recording ends there. */
  take(record: Recorded): RecordingEnd | undefined {
    try {
      if (record.kind === "update") this.#replica.apply(record.update);
      else this.#describe(record);
      return undefined;
    } catch (error) {
      if (!(error instanceof ProtocolError)) throw error;
      return { kind: "damaged", offset: record.offset, reason: error.message };
    }
  }

  #describe({ epoch, stream }: Recorded & { readonly kind: "stream" }): void {
    // A connection's epochs only grow (P-30), so this is another connection, and what was in flight on the last one never arrived.
    if (epoch <= this.#epoch) this.#replica.disconnect();
    this.#epoch = epoch;
    this.#replica.describe(epoch, stream);
  }
}
