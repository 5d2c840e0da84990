/**
 * What an update may contain now: its length, what the window grants, and, for a receiver that lags, which of its tiles. Sends nothing, and moves no
 * cursor.
 */

import type { FrameStore } from "../picture/frame-store.ts";
import type { TileChanges } from "../picture/tile-changes.ts";
import type { Tile } from "../wire/update.ts";
import { chooseTurn } from "./cut.ts";
import type { SentTiles } from "./sent-tiles.ts";
import type { Window } from "./window.ts";

/** A tile's maximum overhead in an update, beyond its own bytes. */
export const ENTRY_BYTES = 4;
/** An update's overhead, beyond its tiles. */
export const UPDATE_HEADER_BYTES = 40;

/** About how long an update of such tiles is. @param lengths of the tiles' bytes */
export function updateLength(lengths: readonly number[]): number {
  return lengths.reduce((sum, length) => sum + length + ENTRY_BYTES, UPDATE_HEADER_BYTES);
}

/**
 * How long an update may be now, like `Window.grant`; but a small first picture need not be cut to probe the link.
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
  /** Records that they were sent; to be called before the store changes. */
  commit(): void;
}

/**
 * The tiles of the next update to a receiver. Looks at no more tiles than could fit the window.
 * @param options.first nothing was sent of this picture yet
 * @returns undefined if nothing fits the window now. Then an ack is due, and nothing can be sent before it arrives
 */
export function dueTiles(
  store: FrameStore,
  options: {
    readonly sent: SentTiles;
    readonly first: boolean;
    readonly window: Pick<Window, "grant" | "inFlight" | "size">;
    readonly now: number;
  },
): Due | undefined {
  const { sent, first, window, now } = options;
  const { changes, version } = store;
  const bytesOf = (index: number): number => store.tileBytes(index) + ENTRY_BYTES;
  // No update is longer than the window, so anything beyond need not be known.
  const waiting = sent.waiting(changes, { maxBytes: window.size, bytesOf });
  const bytes = UPDATE_HEADER_BYTES + waiting.bytes;
  const granted = grantUpdate(window, { bytes, first, now });
  if (granted === 0) return undefined;
  const { turn } = waiting;
  if (waiting.all && granted >= bytes) {
    const tiles = tilesOf(store, [...turn, ...waiting.later]);
    return { tiles, cut: false, commit: () => sent.sentAll(version) };
  }
  const { count, outOfTurn } = chooseTurn(turn, {
    small: smallWaiting(sent, changes),
    maxBytes: Math.max(1, granted - UPDATE_HEADER_BYTES),
    bytesOf,
  });
  const cut = !waiting.all || count + outOfTurn.length < turn.length + waiting.later.length;
  return {
    tiles: tilesOf(store, [...turn.slice(0, count), ...outOfTurn]),
    cut,
    commit: () => {
      if (!cut) return sent.sentAll(version);
      sent.sentInTurn(waiting, count, version);
      sent.sentOutOfTurn(outOfTurn, version);
    },
  };
}

/** Those of small regions, starting with those that the receiver has had longest. */
function smallWaiting(sent: SentTiles, changes: TileChanges): number[] {
  return [...changes.small]
    .filter((index) => sent.lacks(index, changes))
    .sort((a, b) => sent.sentAt(a) - sent.sentAt(b) || a - b);
}

function tilesOf(store: FrameStore, indices: number[]): Tile[] {
  return store.tilesAt(indices.sort((a, b) => a - b));
}
