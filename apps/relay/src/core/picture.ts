/**
 * The relay's copy of a room's picture, and the messages made of it. Each is composed once and shared by all who
 * stand at the same version; the producer's epochs and versions end here, and the relay's own begin.
 */
import {
  assembleJpeg,
  emptySegment,
  encodeUpdate,
  type FrameStore,
  MAX_PICTURE_BYTES,
  type QuantTables,
  Replica,
  Requantiser,
  type StreamDescription,
  type Tile,
  tileMcuCount,
  type Update,
} from "@screen-share/protocol";
import type { PictureMemory } from "./picture-memory.ts";
import type { Work } from "./work.ts";

/**
 * Messages that were composed are kept, by cursor, to this many bytes beyond one whole picture: those in sync share one, another
 * serves joiners.
 */
const COMPOSED_SPARE_BYTES = 64 * 1024;

/** The whole picture that a room shows. */
export interface Shown {
  readonly store: FrameStore;
  /** Counts the pictures of this room that took another's place. */
  readonly epoch: number;
  /** When the newest update was applied, ms. */
  readonly relayedAt: number;
  /** Whether more of the newest change is still to come. */
  readonly partial: boolean;
}

/** What a tile costs beside its own bytes, about. */
const TILE_OVERHEAD_BYTES = 256;

export class Picture {
  readonly #replica = new Replica();
  #epoch = 0;
  #relayedAt = 0;
  #partial = false;
  readonly #composed = new Map<number, Uint8Array>();
  #composedBytes = 0;
  #wholeJpeg: Uint8Array | undefined;
  /** Its length, which is remembered when it is forgotten. */
  #wholeLength: number | undefined;
  /** Tiles in finer tables than their own, for whole JPEGs: of each table of the stream. */
  #requantised: readonly WeakMap<Tile, Uint8Array>[] = [];
  /** As the memory has it. */
  #heldBytes = 0;
  /** What is kept for it elsewhere. */
  #besideBytes = 0;

  constructor(private readonly parts: { readonly memory: PictureMemory; readonly work: Work }) {}

  get shown(): Shown | undefined {
    const store = this.#replica.shown;
    const [epoch, relayedAt, partial] = [this.#epoch, this.#relayedAt, this.#partial];
    return store && { store, epoch, relayedAt, partial };
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
    if (applied.kind === "replaced") this.#epoch++;
    this.#relayedAt = now;
    this.#partial = update.cut;
    const wholeJpeg = this.#wholeJpeg;
    this.forgetComposed();
    if (applied.kind === "tiles" && applied.tiles.length === 0) this.#wholeJpeg = wholeJpeg;
    else this.#wholeLength = undefined;
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
    this.#account();
    this.forgetComposed();
    this.#wholeLength = undefined;
  }

  /** Lets go of what can be composed again. */
  forgetComposed(): void {
    this.#composed.clear();
    this.#composedBytes = 0;
    this.#wholeJpeg = undefined;
  }

  /** The update that brings a viewer from version `cursor` to now. Shared: never to be changed. */
  updateSince(shown: Shown, cursor: number): Uint8Array {
    const known = this.#composed.get(cursor);
    if (known) return known;
    const { store } = shown;
    const message = this.updateOf(shown, store.since(cursor), { cut: false });
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

  /** An update of these tiles, as they are now. */
  updateOf(
    { store, epoch, relayedAt }: Shown,
    tiles: readonly Tile[],
    { cut }: { readonly cut: boolean },
  ): Uint8Array {
    const { capturedAt, encodedAt } = store;
    const keyframe = tiles.length === store.tileCount;
    return encodeUpdate({ keyframe, cut, epoch, capturedAt, encodedAt, relayedAt, tiles });
  }

  /** The picture as one standard JPEG. Shared: never to be changed. */
  wholeJpeg({ store }: Shown): Uint8Array {
    this.#wholeJpeg ??= this.parts.work.spend(() => this.#assembleWhole(store));
    this.#wholeLength = this.#wholeJpeg.length;
    return this.#wholeJpeg;
  }

  /** The length of `wholeJpeg`, bytes. Costs nothing if this very picture was ever composed. */
  wholeJpegLength(shown: Shown): number {
    return this.#wholeLength ?? this.wholeJpeg(shown).length;
  }

  /** Each tile is requantised to each table once, however often the finest in use changes. */
  #requantisedTo(table: number): WeakMap<Tile, Uint8Array> {
    while (this.#requantised.length <= table) {
      this.#requantised = [...this.#requantised, new WeakMap()];
    }
    return this.#requantised[table] ?? new WeakMap();
  }

  #account(): void {
    const heldBytes = this.#replica.stores.reduce(
      (sum, { byteLength, tileCount }) => sum + byteLength + tileCount * TILE_OVERHEAD_BYTES,
      this.#besideBytes,
    );
    this.parts.memory.resized(heldBytes - this.#heldBytes);
    this.#heldBytes = heldBytes;
  }

  #checkMemory(): void {
    try {
      this.parts.memory.check();
    } catch (error) {
      this.clear();
      throw error;
    }
  }

  #assembleWhole(store: FrameStore): Uint8Array {
    const tiles = store.since(0);
    const { geometry } = store;
    if (!geometry) return tiles[0]?.bytes ?? new Uint8Array();
    const finest = tiles.reduce((max, { table }) => Math.max(max, table), 0);
    const known = this.#requantisedTo(finest);
    const tables = tablesAt(store, finest);
    const requantisers = new Map<number, Requantiser>();
    let spareBytes = MAX_PICTURE_BYTES;
    const segments = tiles.map((tile) => {
      const mcuCount = tileMcuCount(geometry, tile.index);
      let bytes = tile.table === finest ? tile.bytes : known.get(tile);
      if (!bytes) {
        const requantiser =
          requantisers.get(tile.table) ?? new Requantiser(tablesAt(store, tile.table), tables);
        requantisers.set(tile.table, requantiser);
        bytes = requantiser.requantise(tile.bytes, mcuCount);
        known.set(tile, bytes);
      }
      spareBytes -= bytes.length;
      return spareBytes >= 0 ? bytes : emptySegment(mcuCount);
    });
    return assembleJpeg({ width: geometry.width, height: geometry.height, tables, segments });
  }
}

function tablesAt(store: FrameStore, table: number): QuantTables {
  const tables = store.stream.tables[table];
  if (!tables) throw new RangeError(`no table ${table} in the stream`);
  return tables;
}
