/**
 * The port to a codec: all that replicating and drawing a picture needs to know of how it is encoded. A codec is one file in `codecs/`
 * and one line in `codecs/registry.ts`. Making standard JPEGs, for clients that know no other format, is a port of its own with a line in
 * `codecs/composers.ts`, since a page that only draws has no use for it. Without it, pictures of a codec are not shown to plain clients,
 * as snapshots or as streams.
 */
import type { Tile } from "../wire/update.ts";
import type { StreamDescription } from "./stream.ts";

export interface Codec {
  readonly name: string;
  /** How many pairs of quantisation tables a description has. */
  readonly tables: { readonly min: number; readonly max: number };
  /** Whether an update may hold some cells of a picture. False if a picture is one cell. */
  readonly divisible: boolean;
  /** The cells of a picture whose size `checkSize` has accepted. @throws ProtocolError (4413) if it has too many */
  cellsOf(stream: StreamDescription): Cells;
}

/** The cells of one picture. A cell is what an update carries as a tile. */
export interface Cells {
  readonly count: number;
  /** Cells in a row of the picture, not necessarily whole. Undefined if no cell has neighbours. */
  readonly columns: number | undefined;
  /** Whether a cell that a keyframe repeats to the byte counts as unchanged. */
  readonly comparable: boolean;
  /** Bytes as they are to be stored: what is received may need mending first. @throws ProtocolError */
  readonly mend?: (bytes: Uint8Array) => Uint8Array;
  /** Checks a cell's mended bytes. @throws ProtocolError if they do not fit the picture, or could spoil more than their cell */
  check(cell: Tile): void;
  /** Images that together show these cells of this picture. @param cells in ascending order of index */
  imagesOf(cells: readonly Tile[]): readonly CellImage[];
}

/** An image of a kind that browsers decode, with the places in the picture that its pixels go to. */
export interface CellImage {
  readonly bytes: Uint8Array<ArrayBuffer>;
  readonly type: string;
  readonly blits: readonly Blit[];
}

/** A rectangle of an image, and where in the picture its top left corner goes, px. */
export interface Blit {
  readonly sourceX: number;
  readonly sourceY: number;
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

export interface Composer {
  /** Begins a JPEG of all tiles of a picture, in ascending order, as they are now. */
  begin(stream: StreamDescription, tiles: readonly Tile[]): Composition;
  /** Forgets and releases what it keeps. */
  clear(): void;
}

export type NewComposer = (memory: ComposerMemory) => Composer;

/** Bounds what is composed. */
export interface ComposerMemory {
  /** Reserves memory. @returns false if there is none */
  compose(bytes: number): boolean;
  release(bytes: number): void;
}

export type Progress = "unfinished" | "done" | "no memory";

/** One JPEG in the making. */
export interface Composition {
  /** Whether it costs no more than applying an update does, so that it need not wait for its turn. */
  readonly cheap: boolean;
  /** Continues until it is done, or until `timeIsUp` returns true between two tiles. */
  run(timeIsUp: () => boolean): Progress;
  /** The JPEG, once `run` is done. Shared: never changed. */
  readonly jpeg: Uint8Array;
  /** The producer's own JPEG, if that is another one. Shared: never changed. */
  readonly producersJpeg?: Uint8Array | undefined;
  /** How many bytes are reserved for the JPEG itself. The caller releases them. */
  readonly reservedBytes: number;
}
