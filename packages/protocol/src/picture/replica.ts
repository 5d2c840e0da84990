/**
 * The receiving end of a hop: the picture that is shown, and while a new epoch's first whole picture is on its
 * way, the one that will be. The relay and the viewer each hold one; it survives its connections.
 */
import { ProtocolError } from "../wire/errors.ts";
import type { Tile, Update } from "../wire/update.ts";
import { FrameStore } from "./frame-store.ts";
import { type StreamDescription, sameStream } from "./stream.ts";

/** What an update did to the picture that is shown. */
export type Applied =
  /** These tiles changed. */
  | { readonly kind: "tiles"; readonly store: FrameStore; readonly tiles: readonly Tile[] }
  /** A picture of another size or other tables took its place, whole. */
  | { readonly kind: "replaced"; readonly store: FrameStore }
  /** Nothing: the new picture is not whole yet. */
  | { readonly kind: "pending" };

export class Replica {
  #shown: FrameStore | undefined;
  #next: FrameStore | undefined;
  #epoch: number | undefined;

  /** The whole picture to show, the last one if the producer is gone; undefined before the first. */
  get shown(): FrameStore | undefined {
    return this.#shown;
  }

  /** All that is held: the shown picture, and the one that is on its way. */
  get stores(): readonly FrameStore[] {
    return [this.#shown, this.#next].filter((store) => store !== undefined);
  }

  /**
   * Begins an epoch: updates will come under this number, for a picture of this description. One with the shown
   * picture's size and tables keeps its tiles; another is shown once it is whole.
   * @throws ProtocolError (4413) if no picture may have this size
   */
  describe(epoch: number, stream: StreamDescription): void {
    const kept = [this.#shown, this.#next].find(
      (store) => store && sameStream(store.stream, stream),
    );
    this.#next =
      kept === undefined ? new FrameStore(stream) : kept === this.#shown ? undefined : kept;
    this.#epoch = epoch;
  }

  /**
   * Applies an update whole, or throws and changes nothing.
   * @throws ProtocolError if it belongs to another epoch, or does not fit the picture
   */
  apply(update: Update): Applied {
    const store = this.#next ?? this.#shown;
    if (!store || this.#epoch === undefined) {
      throw new ProtocolError("an update came before the stream's description");
    }
    if (update.epoch !== this.#epoch) throw new ProtocolError("an update is of another epoch");
    const tiles = store.apply(update);
    if (store === this.#shown) return { kind: "tiles", store, tiles };
    if (!store.complete) return { kind: "pending" };
    this.#shown = store;
    this.#next = undefined;
    return { kind: "replaced", store };
  }

  /** The connection ended: the next one describes its stream anew. A picture that never became whole is dropped. */
  disconnect(): void {
    this.#epoch = undefined;
    this.#next = undefined;
  }

  /** Forgets every picture. */
  clear(): void {
    this.disconnect();
    this.#shown = undefined;
  }
}
