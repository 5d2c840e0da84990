/** Makes a standard JPEG of a picture of tiles: coarser ones are requantised to the finest tables in use, then all are joined. */
import type { ComposerMemory, Composition, NewComposer, Progress } from "../../picture/codec.ts";
import { MAX_PICTURE_BYTES } from "../../picture/frame-store.ts";
import { type Geometry, geometryOf, tileMcuCount } from "../../picture/geometry.ts";
import type { StreamDescription } from "../../picture/stream.ts";
import type { Tile } from "../../wire/update.ts";
import { tablesAt } from "../jpeg/tables.ts";
import { Requantiser } from "./requantise.ts";
import { emptySegment, JpegJoiner, joinedLength } from "./segment.ts";

/** The time is checked after this many tiles that need no requantising. */
const TILES_PER_LOOK = 256;

export const tilesComposer: NewComposer = (memory) => {
  const requantised = new RequantisedTiles(memory);
  return {
    begin: (stream, tiles) => new TilesComposition(stream, tiles, requantised),
    clear: () => requantised.clear(),
  };
};

/** Tiles in finer tables than their own, each made once. Only those of one table are kept: the finest in use. */
class RequantisedTiles {
  #table = -1;
  readonly #tiles = new Map<number, { readonly of: Tile; readonly bytes: Uint8Array }>();

  constructor(readonly memory: ComposerMemory) {}

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

class TilesComposition implements Composition {
  readonly cheap = false;
  readonly #geometry: Geometry;
  readonly #finest: number;
  readonly #segments: Uint8Array[] = [];
  readonly #requantisers = new Map<number, Requantiser>();
  #spareBytes = MAX_PICTURE_BYTES;
  #joiner: JpegJoiner | undefined;

  constructor(
    private readonly stream: StreamDescription,
    private readonly tiles: readonly Tile[],
    private readonly requantised: RequantisedTiles,
  ) {
    this.#geometry = geometryOf(stream);
    this.#finest = tiles.reduce((max, { table }) => Math.max(max, table), 0);
    requantised.begin(this.#finest);
  }

  get jpeg(): Uint8Array {
    if (!this.#joiner) throw new Error("a composition is not done");
    return this.#joiner.jpeg;
  }

  get reservedBytes(): number {
    return this.#joiner?.jpeg.length ?? 0;
  }

  run(timeIsUp: () => boolean): Progress {
    while (this.#segments.length < this.tiles.length) {
      const tile = this.tiles[this.#segments.length];
      if (!tile) break;
      const costly = tile.table !== this.#finest && !this.requantised.get(tile);
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
      const { width, height } = this.stream;
      const tables = tablesAt(this.stream.tables, this.#finest);
      const parts = { width, height, tables, segments: this.#segments };
      if (!this.requantised.memory.compose(joinedLength(parts))) return "no memory";
      this.#joiner = new JpegJoiner(parts);
    }
    while (!this.#joiner.join(TILES_PER_LOOK)) if (timeIsUp()) return "unfinished";
    return "done";
  }

  /** @returns undefined if there is no memory for it */
  #segment(tile: Tile): Uint8Array | undefined {
    const mcuCount = tileMcuCount(this.#geometry, tile.index);
    // Only tiles that were made to do so grow beyond what any picture may hold.
    if (this.#spareBytes <= 0) return emptySegment(mcuCount);
    const bytes = tile.table === this.#finest ? tile.bytes : this.#requantised(tile, mcuCount);
    if (!bytes) return undefined;
    this.#spareBytes -= bytes.length;
    return this.#spareBytes >= 0 ? bytes : emptySegment(mcuCount);
  }

  #requantised(tile: Tile, mcuCount: number): Uint8Array | undefined {
    const known = this.requantised.get(tile);
    if (known) return known;
    const bytes = this.#requantiser(tile.table).requantise(tile.bytes, mcuCount);
    return this.requantised.keep(tile, bytes) ? bytes : undefined;
  }

  #requantiser(table: number): Requantiser {
    const known = this.#requantisers.get(table);
    if (known) return known;
    const { tables } = this.stream;
    const requantiser = new Requantiser(tablesAt(tables, table), tablesAt(tables, this.#finest));
    this.#requantisers.set(table, requantiser);
    return requantiser;
  }
}
