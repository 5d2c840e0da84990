/**
 * The picture at the receiving end of a hop: the one that is shown, and the next one while a new epoch's first whole picture arrives.
 * The relay and the viewer have one each. It outlives connections.
 */
import { ProtocolError } from "../wire/close.ts";
import type { Tile, Update } from "../wire/update.ts";
import { FrameStore } from "./frame-store.ts";
import { type StreamDescription, sameStream } from "./stream.ts";

/** What an update changed in the picture that is shown. */
export type Applied =
  /** These tiles changed. */
  | { readonly kind: "tiles"; readonly store: FrameStore; readonly tiles: readonly Tile[] }
  /** A whole picture with another size or other tables replaced it. */
  | { readonly kind: "replaced"; readonly store: FrameStore }
  /** Nothing, since the new picture is not whole yet. */
  | { readonly kind: "pending" };

export class Replica {
  /** The whole picture to show, also after the producer has disconnected. Undefined before the first. Read-only for others. */
  shown: FrameStore | undefined;
  #next: FrameStore | undefined;
  #epoch: number | undefined;

  /** All pictures that it has: the one that is shown, and the one that is arriving. */
  get stores(): readonly FrameStore[] {
    return [this.shown, this.#next].filter((store) => store !== undefined);
  }

  /**
   * Begins an epoch: the following updates are for a picture of this description. If it has the shown picture's size and tables, the tiles
   * are kept. Otherwise the new picture is shown once it is whole. @throws ProtocolError (4413) if no picture may have this size
   */
  describe(epoch: number, stream: StreamDescription): void {
    const kept = this.stores.find((store) => sameStream(store.stream, stream));
    const isShown = kept !== undefined && kept === this.shown;
    this.#next = isShown ? undefined : (kept ?? new FrameStore(stream));
    this.#epoch = epoch;
  }

  /** Applies an update completely, or throws and changes nothing. @throws ProtocolError if it does not fit epoch or picture */
  apply(update: Update): Applied {
    const store = this.#next ?? this.shown;
    if (!store || this.#epoch === undefined) {
      throw new ProtocolError("an update came before the stream's description");
    }
    if (update.epoch !== this.#epoch) throw new ProtocolError("an update is of another epoch");
    const tiles = store.apply(update);
    if (store === this.shown) return { kind: "tiles", store, tiles };
    if (!store.complete) return { kind: "pending" };
    this.shown = store;
    this.#next = undefined;
    return { kind: "replaced", store };
  }

  /** The connection ended. The next one describes its stream again. A picture that is not whole is dropped. */
  disconnect(): void {
    this.#epoch = undefined;
    this.#next = undefined;
  }

  clear(): void {
    this.disconnect();
    this.shown = undefined;
  }
}
