/**
 * The relay's copy of a room's picture, and the updates composed from it, which all viewers at the same version share. The producer's epochs and
 * versions end here, and the relay's own begin.
 */
import {
  encodeUpdate,
  Replica,
  type StreamDescription,
  type Supply,
  type Tile,
  type Update,
} from "@screen-share/protocol";
import type { MemoryAccount, PictureMemory } from "./picture-memory.ts";
import type { Time } from "./time.ts";
import { WholeJpegs } from "./whole-jpeg.ts";
import type { Work } from "./work.ts";

/** Composed updates are kept, by cursor, up to one whole picture plus this: viewers in sync share one, new viewers another. */
const COMPOSED_SPARE_BYTES = 64 * 1024;
/** The approximate cost of a tile in addition to its bytes. */
const TILE_OVERHEAD_BYTES = 256;
/** The approximate size of a desktop's tile. */
const TYPICAL_TILE_BYTES = 512;

/** The whole picture that a room shows, as of its newest update. The epoch counts the room's pictures. */
export interface ShownPicture extends Supply {
  /** When the newest update was applied, ms. */
  readonly relayedAt: number;
  /** Whether more of the newest change is still to come. */
  readonly partial: boolean;
}

export class Picture {
  readonly #replica = new Replica();
  #epoch = 0;
  #shown: ShownPicture | undefined;
  readonly #composed = new Map<number, Uint8Array<ArrayBuffer>>();
  #composedBytes = 0;
  /** The picture as one standard JPEG. */
  readonly whole: WholeJpegs;
  readonly #memory: MemoryAccount;
  /** Memory for this picture elsewhere. */
  #besideBytes = 0;

  constructor(
    private readonly parts: {
      readonly memory: PictureMemory;
      readonly work: Work;
      readonly time: Time;
      /** The picture was forgotten because the relay needs its memory. */
      readonly evicted: () => void;
      /** A whole JPEG that took a while is ready. */
      readonly composed: () => void;
      /** The picture was forgotten, and what viewers were sent of it no longer matters. */
      readonly cleared: () => void;
    },
  ) {
    this.#memory = parts.memory.open({
      evict: () => {
        this.clear();
        parts.evicted();
      },
      forgetComposed: () => this.whole.forget(),
    });
    this.whole = new WholeJpegs({ ...parts, memory: this.#memory });
  }

  /** A new object after each update. */
  get shown(): ShownPicture | undefined {
    return this.#shown;
  }

  /** The producer begins one of its epochs. @throws ProtocolError */
  describe(epoch: number, stream: StreamDescription): void {
    this.#replica.describe(epoch, stream);
    this.#checkMemory();
  }

  /**
   * Applies a producer's update completely or not at all. If there is too little memory for it, the picture is forgotten.
   * @param now ms
   * @throws ProtocolError
   */
  apply(update: Update, now: number): void {
    // No picture is from the future. One without a time counts as captured now.
    const times = {
      capturedAt: Math.min(update.capturedAt || now, now),
      encodedAt: Math.min(update.encodedAt, now),
    };
    const applied = this.#replica.apply({ ...update, ...times });
    this.#checkMemory();
    if (applied.kind === "pending") return;
    this.#forgetUpdates();
    if (applied.kind === "replaced") {
      this.#epoch++;
      this.whole.forget();
    } else if (applied.tiles.length > 0) this.whole.outdated();
    const { store } = applied;
    const shown: ShownPicture = {
      store,
      epoch: this.#epoch,
      relayedAt: now,
      partial: update.cut,
      updateSince: (cursor) => this.#updateSince(shown, cursor),
      updateOf: (tiles, { cut }) => updateOf(shown, tiles, cut),
    };
    this.#shown = shown;
  }

  /** The producer has disconnected. The picture stays. */
  disconnect(): void {
    this.#replica.disconnect();
    this.#account();
  }

  /** Changes the memory that is held for this picture elsewhere. @throws ProtocolError (4429) like `apply` */
  holdBeside(byBytes: number): void {
    this.keepBeside(byBytes);
    if (byBytes > 0) this.#checkMemory();
  }

  /** Changes the memory for what a lagging viewer was sent. Each amount is small, so the limit is checked only at the next update. */
  keepBeside(byBytes: number): void {
    this.#besideBytes += byBytes;
    this.#account();
  }

  /** Forgets the picture. */
  clear(): void {
    this.#replica.clear();
    this.#shown = undefined;
    this.#account();
    this.#forgetUpdates();
    this.whole.forget();
    this.parts.cleared();
  }

  /** No viewers are left: forgets what can be recomposed. */
  rest(): void {
    this.#forgetUpdates();
    this.whole.rest();
  }

  #forgetUpdates(): void {
    this.#composed.clear();
    this.#composedBytes = 0;
  }

  #updateSince(shown: ShownPicture, cursor: number): Uint8Array<ArrayBuffer> {
    const known = this.#composed.get(cursor);
    if (known) return known;
    const { store } = shown;
    const message = updateOf(shown, store.since(cursor), false);
    for (const [oldest, { length }] of this.#composed) {
      const spare = store.byteLength + COMPOSED_SPARE_BYTES;
      if (this.#composedBytes + message.length <= spare) break;
      this.#composed.delete(oldest);
      this.#composedBytes -= length;
    }
    this.#composed.set(cursor, message);
    this.#composedBytes += message.length;
    return message;
  }

  #account(): void {
    const usedBytes = this.#replica.stores.reduce(
      (sum, { byteLength, tileCount }) => sum + byteLength + tileCount * TILE_OVERHEAD_BYTES,
      this.#besideBytes,
    );
    this.#memory.use(usedBytes);
  }

  /** Its size. For a new picture, twice its expected size: if memory is short, new pictures are refused first. */
  #needBytes(): number {
    const { usedBytes } = this.#memory;
    if (this.#replica.shown) return usedBytes;
    const tiles = this.#replica.stores.reduce((sum, { tileCount }) => sum + tileCount, 0);
    return 2 * Math.max(usedBytes, tiles * (TILE_OVERHEAD_BYTES + TYPICAL_TILE_BYTES));
  }

  #checkMemory(): void {
    this.#account();
    try {
      this.parts.memory.check(this.#needBytes());
    } catch (error) {
      this.clear();
      throw error;
    }
  }
}

function updateOf(
  { store, epoch, relayedAt }: ShownPicture,
  tiles: readonly Tile[],
  cut: boolean,
): Uint8Array<ArrayBuffer> {
  const { capturedAt, encodedAt } = store;
  const keyframe = tiles.length === store.tileCount;
  return encodeUpdate({ keyframe, cut, epoch, capturedAt, encodedAt, relayedAt, tiles });
}
