/**
 * The receiving half of a hop, for one connection: applies descriptions and updates to a picture, counts them, and makes the acks. When
 * to send an ack is the owner's decision: a relay sends it once an update is applied, a viewer once it is drawn.
 */
import type { StreamDescription } from "../picture/stream.ts";
import { ProtocolError } from "../wire/close.ts";
import { decodeUpdate, encodeAck, type Update } from "../wire/update.ts";

/** The picture that is replicated. Its methods throw a ProtocolError, and change nothing then. */
export interface ReplicatedPicture<Applied> {
  describe(epoch: number, stream: StreamDescription): void;
  apply(update: Update, now: number): Applied;
}

export class Receiver<Applied> {
  #epoch = -1;
  /** How many updates were applied, and how many of them acknowledged. Read-only for others. */
  appliedCount = 0;
  ackedCount = 0;

  constructor(private readonly picture: ReplicatedPicture<Applied>) {}

  /** A `stream` message arrived. @throws ProtocolError */
  describe(message: { readonly epoch: number; readonly stream: StreamDescription }): void {
    const { epoch, stream } = message;
    if (epoch <= this.#epoch) throw new ProtocolError("epochs only grow");
    this.picture.describe(epoch, stream);
    this.#epoch = epoch;
  }

  /** A binary message arrived. @param now our clock, ms. @throws ProtocolError */
  update(message: Uint8Array, now: number): { readonly update: Update; readonly applied: Applied } {
    const update = decodeUpdate(message);
    const applied = this.picture.apply(update, now);
    this.appliedCount++;
    return { update, applied };
  }

  /**
   * Acknowledges updates of this connection, by default all that were applied.
   * @param send returns whether the socket accepted the ack. @returns how many were not acknowledged before
   */
  ack(send: (ack: Uint8Array<ArrayBuffer>) => boolean, count = this.appliedCount): number {
    const fresh = count - this.ackedCount;
    if (fresh === 0 || !send(encodeAck(count))) return 0;
    this.ackedCount = count;
    return fresh;
  }
}
