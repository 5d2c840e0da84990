/**
 * The relay's copy of a room's picture, and the messages made of it. Each is composed once and shared by all who
 * stand at the same version; the producer's epochs and versions end here, and the relay's own begin.
 */
import {
  assembleJpeg,
  encodeUpdate,
  type FrameStore,
  type QuantTables,
  Replica,
  Requantiser,
  type StreamDescription,
  type Tile,
  tileMcuCount,
  type Update,
} from "@screen-share/protocol";

/** Composed messages kept, by cursor: viewers in sync share one, the next ones serve joiners and laggards. */
const MAX_COMPOSED = 8;

/** The whole picture that a room shows. */
export interface Shown {
  readonly store: FrameStore;
  /** Counts the pictures of this room that took another's place. */
  readonly epoch: number;
  /** When the newest update was applied, ms. */
  readonly relayedAt: number;
}

export class Picture {
  readonly #replica = new Replica();
  #epoch = 0;
  #relayedAt = 0;
  readonly #composed = new Map<number, Uint8Array>();
  #wholeJpeg: Uint8Array | undefined;
  /** Tiles in the finest tables, for whole JPEGs. */
  readonly #requantised = new WeakMap<Tile, Uint8Array>();

  get shown(): Shown | undefined {
    const store = this.#replica.shown;
    return store && { store, epoch: this.#epoch, relayedAt: this.#relayedAt };
  }

  /** The producer begins an epoch of its own. @throws ProtocolError */
  describe(epoch: number, stream: StreamDescription): void {
    this.#replica.describe(epoch, stream);
  }

  /**
   * Applies a producer's update whole or not at all.
   * @param now ms
   * @throws ProtocolError
   */
  apply(update: Update, now: number): void {
    const applied = this.#replica.apply(update);
    if (applied.kind === "pending") return;
    if (applied.kind === "replaced") this.#epoch++;
    this.#relayedAt = now;
    this.#composed.clear();
    if (applied.kind === "replaced" || applied.tiles.length > 0) this.#wholeJpeg = undefined;
  }

  /** The producer is gone; what is shown stays. */
  disconnect(): void {
    this.#replica.disconnect();
  }

  /** Forgets the picture. */
  clear(): void {
    this.#replica.clear();
    this.#composed.clear();
    this.#wholeJpeg = undefined;
  }

  /** The update that brings a viewer from version `cursor` to now. Shared: never to be changed. */
  updateSince({ store, epoch, relayedAt }: Shown, cursor: number): Uint8Array {
    const known = this.#composed.get(cursor);
    if (known) return known;
    const tiles = store.since(cursor);
    const message = encodeUpdate({
      keyframe: tiles.length === store.tileCount,
      cut: false,
      epoch,
      capturedAt: store.capturedAt,
      encodedAt: store.encodedAt,
      relayedAt,
      tiles,
    });
    if (this.#composed.size >= MAX_COMPOSED) {
      for (const oldest of this.#composed.keys()) {
        this.#composed.delete(oldest);
        break;
      }
    }
    this.#composed.set(cursor, message);
    return message;
  }

  /** The picture as one standard JPEG. Shared: never to be changed. */
  wholeJpeg({ store }: Shown): Uint8Array {
    this.#wholeJpeg ??= this.#assembleWhole(store);
    return this.#wholeJpeg;
  }

  #assembleWhole(store: FrameStore): Uint8Array {
    const tiles = store.since(0);
    const { geometry } = store;
    if (!geometry) return tiles[0]?.bytes ?? new Uint8Array();
    const finest = Math.max(...new Set(tiles.map(({ table }) => table)));
    const tables = tablesAt(store, finest);
    const requantisers = new Map<number, Requantiser>();
    const segments = tiles.map((tile) => {
      if (tile.table === finest) return tile.bytes;
      const known = this.#requantised.get(tile);
      if (known) return known;
      const requantiser =
        requantisers.get(tile.table) ?? new Requantiser(tablesAt(store, tile.table), tables);
      requantisers.set(tile.table, requantiser);
      const bytes = requantiser.requantise(tile.bytes, tileMcuCount(geometry, tile.index));
      this.#requantised.set(tile, bytes);
      return bytes;
    });
    return assembleJpeg({ width: geometry.width, height: geometry.height, tables, segments });
  }
}

function tablesAt(store: FrameStore, table: number): QuantTables {
  const tables = store.stream.tables[table];
  if (!tables) throw new RangeError(`no table ${table} in the stream`);
  return tables;
}
