/**
 * Makes one standard JPEG of a picture of tiles, in steps that can be interrupted: tiles of coarser tables are requantised to the finest in
 * use, then all are joined. It works on the tiles as they were when it began.
 */
import {
  emptySegment,
  type FrameStore,
  JpegJoiner,
  joinedLength,
  MAX_PICTURE_BYTES,
  type QuantTables,
  Requantiser,
  type Tile,
  tileMcuCount,
} from "@screen-share/protocol";
import type { MemoryAccount } from "./picture-memory.ts";

/** What composing costs is looked at after so many tiles that need no requantising. */
const TILES_PER_LOOK = 256;

/** Tiles in finer tables than their own, each made once. Only those of one table are kept: the finest in use. */
export class RequantisedTiles {
  #table = -1;
  readonly #tiles = new Map<number, { readonly of: Tile; readonly bytes: Uint8Array }>();

  constructor(private readonly memory: MemoryAccount) {}

  /** Begins with a table; those of another are forgotten. */
  begin(table: number): void {
    if (table !== this.#table) this.clear();
    this.#table = table;
  }

  get(tile: Tile): Uint8Array | undefined {
    const known = this.#tiles.get(tile.index);
    return known?.of === tile ? known.bytes : undefined;
  }

  /** @returns false if there is no memory for it */
  keep(tile: Tile, bytes: Uint8Array): boolean {
    this.#forget(tile.index);
    if (!this.memory.compose(bytes.length)) return false;
    this.#tiles.set(tile.index, { of: tile, bytes });
    return true;
  }

  clear(): void {
    for (const index of this.#tiles.keys()) this.#forget(index);
  }

  #forget(index: number): void {
    const known = this.#tiles.get(index);
    if (!known) return;
    this.#tiles.delete(index);
    this.memory.release(known.bytes.length);
  }
}

export type Progress = "unfinished" | "done" | "no memory";

export class Composition {
  readonly #tiles: readonly Tile[];
  readonly #finest: number;
  readonly #segments: Uint8Array[] = [];
  readonly #requantisers = new Map<number, Requantiser>();
  #spareBytes = MAX_PICTURE_BYTES;
  #joiner: JpegJoiner | undefined;

  constructor(
    private readonly store: FrameStore,
    private readonly known: RequantisedTiles,
    private readonly memory: MemoryAccount,
  ) {
    this.#tiles = store.since(0);
    this.#finest = this.#tiles.reduce((max, { table }) => Math.max(max, table), 0);
    known.begin(this.#finest);
  }

  /** The whole JPEG, once `run` is done. Its bytes are reserved in the memory. */
  get jpeg(): Uint8Array {
    if (!this.#joiner) throw new Error("a composition is not done");
    return this.#joiner.jpeg;
  }

  /** How many bytes are reserved for the JPEG itself. */
  get reservedBytes(): number {
    return this.#joiner?.jpeg.length ?? 0;
  }

  /** Goes on until it is done, or until `timeIsUp` says so between two tiles. */
  run(timeIsUp: () => boolean): Progress {
    while (this.#segments.length < this.#tiles.length) {
      const tile = this.#tiles[this.#segments.length];
      if (!tile) break;
      const costly = tile.table !== this.#finest && !this.known.get(tile);
      const segment = this.#segment(tile);
      if (!segment) return "no memory";
      this.#segments.push(segment);
      const look = costly || this.#segments.length % TILES_PER_LOOK === 0;
      if (look && timeIsUp()) return "unfinished";
    }
    return this.#join(timeIsUp);
  }

  #join(timeIsUp: () => boolean): Progress {
    if (!this.#joiner) {
      const { width, height } = this.store.stream;
      const tables = tablesAt(this.store, this.#finest);
      const parts = { width, height, tables, segments: this.#segments };
      if (!this.memory.compose(joinedLength(parts))) return "no memory";
      this.#joiner = new JpegJoiner(parts);
    }
    while (!this.#joiner.join(TILES_PER_LOOK)) if (timeIsUp()) return "unfinished";
    return "done";
  }

  /** @returns undefined if there is no memory for it */
  #segment(tile: Tile): Uint8Array | undefined {
    const { geometry } = this.store;
    if (!geometry) throw new Error("only pictures of tiles are composed");
    const mcuCount = tileMcuCount(geometry, tile.index);
    // A picture whose tiles grow beyond what any picture may hold was made to.
    if (this.#spareBytes <= 0) return emptySegment(mcuCount);
    const bytes = tile.table === this.#finest ? tile.bytes : this.#requantised(tile, mcuCount);
    if (!bytes) return undefined;
    this.#spareBytes -= bytes.length;
    return this.#spareBytes >= 0 ? bytes : emptySegment(mcuCount);
  }

  #requantised(tile: Tile, mcuCount: number): Uint8Array | undefined {
    const known = this.known.get(tile);
    if (known) return known;
    const bytes = this.#requantiser(tile.table).requantise(tile.bytes, mcuCount);
    return this.known.keep(tile, bytes) ? bytes : undefined;
  }

  #requantiser(table: number): Requantiser {
    const known = this.#requantisers.get(table);
    if (known) return known;
    const [from, to] = [tablesAt(this.store, table), tablesAt(this.store, this.#finest)];
    const requantiser = new Requantiser(from, to);
    this.#requantisers.set(table, requantiser);
    return requantiser;
  }
}

function tablesAt(store: FrameStore, table: number): QuantTables {
  const tables = store.stream.tables[table];
  if (!tables) throw new RangeError(`no table ${table} in the stream`);
  return tables;
}
