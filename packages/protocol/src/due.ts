/**
 * What an update may hold now: how long it gets, what the window grants it, and for a receiver that is remembered tile by tile, which of its
 * tiles. Sends nothing, and moves no cursor.
 */
import { chooseCut } from "./cut.ts";
import type { FrameStore } from "./frame-store.ts";
import { type Geometry, TILE_MCUS } from "./geometry.ts";
import type { Tile } from "./update.ts";
import type { Window } from "./window.ts";

/** What a tile costs in an update beside its bytes, at most. */
export const ENTRY_BYTES = 4;
/** What an update costs beside its tiles. */
export const UPDATE_HEADER_BYTES = 40;

/** About how long an update of such tiles is. @param lengths of the tiles' bytes */
export function updateLength(lengths: readonly number[]): number {
  return lengths.reduce((sum, length) => sum + length + ENTRY_BYTES, UPDATE_HEADER_BYTES);
}

/** How many tiles a row of the picture has, as `chooseCut` wants it. */
export function tileColumns({ columns }: Geometry): number {
  return columns / TILE_MCUS;
}

/**
 * How long an update may be now, as `Window.grant` has it; but a whole picture need not be cut to find out what the link is like, if it
 * is a small one.
 * @param options.first nothing was sent of this picture yet
 */
export function grantUpdate(
  window: Pick<Window, "grant" | "inFlight" | "size">,
  options: { readonly bytes: number; readonly first: boolean; readonly now: number },
): number {
  const { bytes, first, now } = options;
  if (first && bytes <= window.size - window.inFlight) return bytes;
  return window.grant(bytes, now);
}

export interface Due {
  /** In ascending order; none if the receiver has them all. */
  readonly tiles: readonly Tile[];
  /** Whether others wait. */
  readonly cut: boolean;
}

/**
 * The tiles of the next update to a receiver.
 * @param options.sent for each tile the version at which it was sent; 0 for one that never was
 * @param options.first nothing was sent of this picture yet
 * @returns undefined if the window takes nothing now: an ack is due. Asking is telling that something waits
 */
export function dueTiles(
  store: FrameStore,
  options: {
    readonly sent: Float64Array;
    readonly first: boolean;
    readonly window: Pick<Window, "grant" | "inFlight" | "size">;
    readonly now: number;
  },
): Due | undefined {
  const { sent, first, window, now } = options;
  const pending = store.sinceEach(sent);
  const bytes = updateLength(pending.map((tile) => tile.bytes.length));
  const granted = grantUpdate(window, { bytes, first, now });
  if (granted === 0) return undefined;
  if (granted >= bytes) return { tiles: pending, cut: false };
  const candidates = pending.map((tile) => ({
    tile,
    index: tile.index,
    bytesLength: tile.bytes.length + ENTRY_BYTES,
    sentAt: sent[tile.index] || -1,
  }));
  const columns = store.geometry && tileColumns(store.geometry);
  const maxBytes = Math.max(1, granted - UPDATE_HEADER_BYTES);
  const tiles = chooseCut(candidates, { maxBytes, columns }).map(({ tile }) => tile);
  return { tiles, cut: tiles.length < pending.length };
}
