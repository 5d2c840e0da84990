/**
 * The compressed picture as state: a list of tiles, each with its newest bytes and the version at which it last changed. A hop sends
 * `since(cursor)`, and every kind of viewer is a cursor. Independent of time, sockets and pixels.
 */

import { cellsOf } from "../codecs/registry.ts";
import { equalBytes } from "../wire/bytes.ts";
import { CLOSE, ProtocolError } from "../wire/close.ts";
import type { Tile, Update } from "../wire/update.ts";
import type { Cells } from "./codec.ts";
import { checkSize } from "./geometry.ts";
import type { StreamDescription } from "./stream.ts";
import { TileChanges } from "./tile-changes.ts";

/** The most bytes that all tiles of a picture may have together. */
export const MAX_PICTURE_BYTES = 32 * 2 ** 20;

export class FrameStore {
  /** The tiles as its codec knows them. */
  readonly cells: Cells;
  readonly tileCount: number;
  readonly #tiles: (Tile | undefined)[];
  /** When each tile last changed. Read-only for others. */
  readonly changes: TileChanges;
  #missing: number;
  // The following are only to be read.
  /** The number of updates that were applied, including those of 0 tiles. */
  version = 0;
  /** The version at which any tile last changed. 0 if there is none yet. */
  pictureVersion = 0;
  /** The bytes of all tiles together. */
  byteLength = 0;
  /** When the picture was last known to be current, ms on the relay's clock. 0 if unknown. */
  capturedAt = 0;
  /** When the newest update was encoded, ms on the relay's clock. 0 if unknown. */
  encodedAt = 0;

  /** @throws ProtocolError if no picture may have this size (4413), or its codec is unknown */
  constructor(readonly stream: StreamDescription) {
    checkSize(stream);
    this.cells = cellsOf(stream);
    this.tileCount = this.cells.count;
    this.#tiles = new Array<Tile | undefined>(this.tileCount).fill(undefined);
    this.changes = new TileChanges(this.tileCount, this.cells.columns);
    this.#missing = this.tileCount;
  }

  get complete(): boolean {
    return this.#missing === 0;
  }

  get heldTiles(): number {
    return this.tileCount - this.#missing;
  }

  /**
   * Applies an update completely, or throws and changes nothing. Bytes are copied. A tile that a keyframe repeats byte for byte keeps its
   * version, so that a producer's reconnect is free. @returns the tiles that changed, ascending. @throws ProtocolError
   */
  apply(received: Update): Tile[] {
    const update = this.#mended(received);
    const bytes = this.#bytesAfter(update);
    const changed: Tile[] = [];
    this.version++;
    for (const { index, table, bytes: segment } of update.tiles) {
      const old = this.#tiles[index];
      const repeated =
        update.keyframe &&
        this.cells.comparable &&
        old?.table === table &&
        equalBytes(old.bytes, segment);
      if (repeated) continue;
      if (!old) this.#missing--;
      // Not `slice`, which does not copy a Node.js Buffer.
      const tile: Tile = { index, table, bytes: new Uint8Array(segment) };
      this.#tiles[index] = tile;
      changed.push(tile);
    }
    const indices = changed.map(({ index }) => index);
    this.changes.changed(indices, this.version);
    this.byteLength = bytes;
    if (changed.length > 0) this.pictureVersion = this.version;
    this.capturedAt = update.capturedAt;
    this.encodedAt = update.encodedAt;
    return changed;
  }

  /** The tiles that changed after version `cursor`, in ascending order. For 0, all tiles. */
  since(cursor: number): Tile[] {
    if (cursor >= this.pictureVersion) return [];
    return this.tilesAt(this.changes.since(cursor));
  }

  /** Those of the tiles that it has. */
  tilesAt(indices: readonly number[]): Tile[] {
    return indices.map((index) => this.#tiles[index]).filter((tile) => tile !== undefined);
  }

  /** The length of a tile, bytes. 0 if it is missing. */
  tileBytes(index: number): number {
    return this.#tiles[index]?.bytes.length ?? 0;
  }

  /** Checks every tile. @returns the bytes of all tiles after the update */
  #bytesAfter(update: Update): number {
    if (update.keyframe && update.tiles.length !== this.tileCount) {
      throw new ProtocolError("a keyframe lacks tiles");
    }
    let total = this.byteLength;
    for (const tile of update.tiles) {
      const { index, table, bytes } = tile;
      if (index >= this.tileCount) throw new ProtocolError("a tile lies outside the picture");
      if (table >= Math.max(1, this.stream.tables.length)) {
        throw new ProtocolError("a tile names a table that the stream does not have");
      }
      this.cells.check(tile);
      total += bytes.length - (this.#tiles[index]?.bytes.length ?? 0);
    }
    if (total > MAX_PICTURE_BYTES) {
      throw new ProtocolError("the picture has too many bytes", CLOSE.tooLarge);
    }
    return total;
  }

  #mended(update: Update): Update {
    const { mend } = this.cells;
    if (!mend) return update;
    return { ...update, tiles: update.tiles.map((tile) => ({ ...tile, bytes: mend(tile.bytes) })) };
  }
}
