/**
 * Chooses and encodes what the window takes of a picture: of its damage, by the rule of all cuts; and while nothing is damaged, what is
 * still and coarse, finely. Sends nothing.
 */
import {
  chooseCut,
  ENTRY_BYTES,
  grantUpdate,
  type Tile,
  tileColumns,
  UPDATE_HEADER_BYTES,
  updateLength,
  type Window,
} from "@screen-share/protocol";
import type { Baseline } from "./core/baseline.ts";
import { STILL_MS } from "./core/quality.ts";
import type { TileEncoder } from "./encode/encoder.ts";
import type { Frame } from "./source/source.ts";

/** So many tiles are repainted at a time: a few ms of encoding, after which damage is looked for again. */
const MAX_REPAINTED = 256;

export interface Composed {
  /** In ascending order. */
  readonly tiles: readonly Tile[];
  readonly level: number;
  /** Whether damage was left out. */
  readonly cut: boolean;
  /** Whether there is more of this picture to send at once: damage that was left out, or what is to be repainted. */
  readonly more: boolean;
  /** Of damage, and not of what is only repainted. */
  readonly fresh: boolean;
}

export interface ComposeOptions {
  readonly encoder: TileEncoder;
  readonly baseline: Baseline;
  readonly damage: readonly number[];
  /** Nothing was sent of this picture yet. */
  readonly whole: boolean;
  readonly window: Pick<Window, "grant" | "inFlight" | "size">;
  /** How finely to encode damage, and at best. */
  readonly level: number;
  readonly finest: number;
  readonly now: number;
}

/** @returns undefined if there is something to send and the window takes none of it now: an ack is due */
export function compose(frame: Frame, options: ComposeOptions): Composed | undefined {
  const { encoder, damage, level, window, now } = options;
  if (encoder.describe(frame).codec === "jpeg") return composeWhole(frame, options);
  if (damage.length === 0) return repaint(frame, options);
  const likelyBytes = sizeOf(damage, options.baseline);
  const granted = grantUpdate(window, { bytes: likelyBytes, first: options.whole, now });
  if (granted === 0) return undefined;
  // What seemed short may turn out not to be: then it has what room there is, and no more.
  const room = granted < likelyBytes ? granted : Math.max(granted, window.size - window.inFlight);
  const tiles = encodeCut(frame, damage, {
    ...options,
    level,
    maxBytes: room - UPDATE_HEADER_BYTES,
  });
  const cut = tiles.length < damage.length;
  // Beside what moves there may be what is still.
  const more = cut || options.baseline.coarserThan(options.finest, now - STILL_MS).length > 0;
  return { tiles, level, cut, more, fresh: true };
}

/** A whole picture cannot be cut, so it has the way to itself. */
function composeWhole(frame: Frame, options: ComposeOptions): Composed | undefined {
  const { encoder, damage, level, window } = options;
  if (damage.length > 0 && window.inFlight > 0) return undefined;
  const tiles = encoder.encode(frame, damage, level);
  return { tiles, level, cut: false, more: false, fresh: true };
}

function repaint(frame: Frame, options: ComposeOptions): Composed | undefined {
  const { baseline, window, finest, now } = options;
  const coarse = baseline.coarserThan(finest, now - STILL_MS);
  const nothing = { tiles: [], level: finest, cut: false, more: false, fresh: false };
  if (coarse.length === 0) return nothing;
  const still = coarse.slice(0, MAX_REPAINTED);
  const granted = window.grant(sizeOf(still, baseline), now);
  if (granted === 0) return undefined;
  const maxBytes = granted - UPDATE_HEADER_BYTES;
  const tiles = encodeCut(frame, still, { ...options, level: finest, maxBytes });
  return { ...nothing, tiles, more: tiles.length < coarse.length };
}

function encodeCut(
  frame: Frame,
  indices: readonly number[],
  options: Pick<ComposeOptions, "encoder" | "baseline" | "level"> & { readonly maxBytes: number },
): Tile[] {
  const { encoder, baseline, level, maxBytes } = options;
  const candidates = indices.map((index) => ({
    index,
    bytesLength: baseline.likelyBytes(index) + ENTRY_BYTES,
    sentAt: Math.max(-1, baseline.sentAt(index)),
  }));
  const columns = tileColumns(baseline.geometry);
  const chosen = chooseCut(candidates, { maxBytes: Math.max(1, maxBytes), columns });
  const tiles: Tile[] = [];
  let bytes = 0;
  // What they really take is known only now; what does not fit stays damage.
  for (const { index } of chosen.sort((a, b) => a.sentAt - b.sentAt || a.index - b.index)) {
    const [tile] = encoder.encode(frame, [index], level);
    if (!tile) break;
    bytes += tile.bytes.length + ENTRY_BYTES;
    if (bytes > maxBytes && tiles.length > 0) break;
    tiles.push(tile);
  }
  return tiles.sort((a, b) => a.index - b.index);
}

function sizeOf(indices: readonly number[], baseline: Baseline): number {
  return updateLength(indices.map((index) => baseline.likelyBytes(index)));
}
