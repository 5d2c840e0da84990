/**
 * The relay's copy of a room's picture, and the messages made of it. Each is composed once and shared by all who
 * stand at the same version; the producer's epochs and versions end here, and the relay's own begin.
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

/**
 * Messages that were composed are kept, by cursor, to this many bytes beyond one whole picture: those in sync share one, another
 * serves joiners.
 */
const COMPOSED_SPARE_BYTES = 64 * 1024;

/** The whole picture that a room shows, as of its newest update. The epoch counts the room's pictures. */
export interface Shown extends Supply {
  /** When the newest update was applied, ms. */
  readonly relayedAt: number;
  /** Whether more of the newest change is still to come. */
  readonly partial: boolean;
}

/** What a tile costs beside its own bytes, about. */
const TILE_OVERHEAD_BYTES = 256;

/** What a tile of a desktop has, about. */
const TYPICAL_TILE_BYTES = 512;

export class Picture {
  readonly #replica = new Replica();
  #epoch = 0;
  #shown: Shown | undefined;
  readonly #composed = new Map<number, Uint8Array>();
  #composedBytes = 0;
  /** The picture as one standard JPEG. */
  readonly whole: WholeJpegs;
  readonly #memory: MemoryAccount;
  /** What is kept for it elsewhere. */
  #besideBytes = 0;

  constructor(
    private readonly parts: {
      readonly memory: PictureMemory;
      readonly work: Work;
      readonly time: Time;
      /** The relay needs its memory: it has been forgotten. */
      readonly evicted: () => void;
      /** A whole JPEG is there that was not there at once. */
      readonly composed: () => void;
      /** It has been forgotten: what viewers remember of it has no use any more. */
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

  /** Another object after each update. */
  get shown(): Shown | undefined {
    return this.#shown;
  }

  /** The producer begins an epoch of its own. @throws ProtocolError */
  describe(epoch: number, stream: StreamDescription): void {
    this.#replica.describe(epoch, stream);
    this.#account();
    this.#checkMemory();
  }

  /**
   * Applies a producer's update whole or not at all; but if there is no memory left for it, the picture is forgotten.
   * @param now ms
   * @throws ProtocolError
   */
  apply(update: Update, now: number): void {
    // No picture is of later than now; and one that does not say when, is of no later than now.
    const times = {
      capturedAt: Math.min(update.capturedAt || now, now),
      encodedAt: Math.min(update.encodedAt, now),
    };
    const applied = this.#replica.apply({ ...update, ...times });
    this.#account();
    this.#checkMemory();
    if (applied.kind === "pending") return;
    this.#forgetUpdates();
    if (applied.kind === "replaced") {
      this.#epoch++;
      this.whole.forget();
    } else if (applied.tiles.length > 0) this.whole.outdated();
    const { store } = applied;
    const shown: Shown = {
      store,
      epoch: this.#epoch,
      relayedAt: now,
      partial: update.cut,
      updateSince: (cursor) => this.#updateSince(shown, cursor),
      updateOf: (tiles, { cut }) => updateOf(shown, tiles, cut),
    };
    this.#shown = shown;
  }

  /** The producer is gone; what is shown stays. */
  disconnect(): void {
    this.#replica.disconnect();
    this.#account();
  }

  /** So many more bytes, or fewer, are kept for this picture elsewhere. @throws ProtocolError (4429) as `apply` */
  holdBeside(byBytes: number): void {
    this.#besideBytes += byBytes;
    this.#account();
    if (byBytes > 0) this.#checkMemory();
  }

  /**
   * So many more bytes, or fewer, are remembered of a viewer that lags. Each is small, so nothing is refused here: what is over the
   * limit with them is noticed with the next update.
   */
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

  /** Nobody watches: what can be composed again is forgotten. */
  rest(): void {
    this.#forgetUpdates();
    this.whole.rest();
  }

  #forgetUpdates(): void {
    this.#composed.clear();
    this.#composedBytes = 0;
  }

  #updateSince(shown: Shown, cursor: number): Uint8Array {
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

  /** What it takes, or for one that only begins, what it will take, and again as much, since it is the newcomer that has to go. */
  #needBytes(): number {
    const { usedBytes } = this.#memory;
    if (this.#replica.shown) return usedBytes;
    const tiles = this.#replica.stores.reduce((sum, { tileCount }) => sum + tileCount, 0);
    return 2 * Math.max(usedBytes, tiles * (TILE_OVERHEAD_BYTES + TYPICAL_TILE_BYTES));
  }

  #checkMemory(): void {
    try {
      this.#memory.check(this.#needBytes());
    } catch (error) {
      this.clear();
      throw error;
    }
  }
}

function updateOf(
  { store, epoch, relayedAt }: Shown,
  tiles: readonly Tile[],
  cut: boolean,
): Uint8Array {
  const { capturedAt, encodedAt } = store;
  const keyframe = tiles.length === store.tileCount;
  return encodeUpdate({ keyframe, cut, epoch, capturedAt, encodedAt, relayedAt, tiles });
}
