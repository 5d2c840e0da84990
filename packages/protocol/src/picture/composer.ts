/**
 * The port to what makes standard JPEGs of pictures of one codec, for clients that know no other format. Apart from `Codec`, since a
 * page that only draws has no use for it. One line in `codecs/composers.ts`; pictures of a codec without one are not shown to plain
 * clients, as snapshots or as streams.
 */
import type { Tile } from "../wire/update.ts";
import type { StreamDescription } from "./stream.ts";

/** Makes one JPEG after another. What it keeps for the next one takes memory. */
export interface Composer {
  /**
   * Begins a JPEG.
   * @param tiles all tiles of the picture in ascending order. They may change afterwards; the JPEG shows them as they were
   */
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
