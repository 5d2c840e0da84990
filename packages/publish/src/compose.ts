/**
 * Chooses and encodes what the window takes of a picture: of its damage, by the rule of all cuts; and while nothing is damaged, what is
 * still and coarse, finely. Sends nothing.
 */
import {
  CutQueue,
  ENTRY_BYTES,
  grantUpdate,
  type PendingTile,
  type Tile,
  tileColumns,
  UPDATE_HEADER_BYTES,
  updateLength,
  type Window,
} from "@screen-share/protocol";
import type { Baseline, Damage } from "./core/baseline.ts";
import { STILL_MS } from "./core/quality.ts";
import type { TileEncoder } from "./encoder.ts";
import type { Frame } from "./source.ts";

/** So many tiles are repainted at a time: a few ms of encoding, after which damage is looked for again. */
const MAX_REPAINTED = 256;

/** A tile of a frame that must be sent. */
interface DamagedTile extends PendingTile {
  /** It changed only faintly, so it is still already, and goes as finely as can be. */
  readonly faint: boolean;
}

/** What a frame differs in from what was sent, worked out once; cut after cut is taken from it. */
export class FrameDamage {
  /** What waits to be sent. */
  readonly queue: CutQueue<DamagedTile>;
  /** What is held back for now, and neither sent nor repainted. */
  readonly held: ReadonlySet<number>;

  constructor(
    readonly frame: Frame,
    readonly baseline: Baseline,
    { clear, faint, held }: Damage,
  ) {
    const pending = [
      ...clear.map((index) => pendingTile(baseline, index, false)),
      ...faint.map((index) => pendingTile(baseline, index, true)),
    ].sort((a, b) => a.index - b.index);
    this.queue = new CutQueue(pending, { columns: tileColumns(baseline.geometry) });
    this.held = new Set(held);
  }

  /** Whether nothing of the frame is left to be sent, now or later. */
  get complete(): boolean {
    return this.queue.count === 0 && this.held.size === 0;
  }
}

export interface Composed {
  /** In ascending order. */
  readonly tiles: readonly Tile[];
  /** The tiles of the grid that they are, in ascending order: more, where one tile of codec `jpeg` stands for them. */
  readonly indices: readonly number[];
  /** How finely each of them was encoded. */
  readonly levels: readonly number[];
  /** Those that changed only faintly. */
  readonly faint: ReadonlySet<number>;
  /** Whether damage was left out. */
  readonly cut: boolean;
  /** Whether there is more of this picture to send at once: damage that was left out, or what is to be repainted. */
  readonly more: boolean;
  /** Of damage, and not of what is only repainted. */
  readonly fresh: boolean;
}

export interface ComposeOptions {
  readonly encoder: TileEncoder;
  /** What is composed of it is taken from its queue. If it is not sent after all, the damage must be worked out again. */
  readonly damage: FrameDamage;
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
  const { encoder, damage, window, finest, now } = options;
  if (encoder.describe(frame).codec === "jpeg") return composeWhole(frame, options);
  const { queue, baseline } = damage;
  if (queue.count === 0) return repaint(frame, options);
  const likelyBytes = UPDATE_HEADER_BYTES + queue.bytes;
  const granted = grantUpdate(window, { bytes: likelyBytes, first: options.whole, now });
  if (granted === 0) return undefined;
  // What seemed short may turn out not to be: then it has what room there is, and no more.
  const room = granted < likelyBytes ? granted : Math.max(granted, window.size - window.inFlight);
  const sent = encodeCut(frame, queue, { ...options, maxBytes: room - UPDATE_HEADER_BYTES });
  const cut = queue.count > 0;
  // Beside what moves there may be what is still.
  const more = cut || baseline.coarserThan(finest, now - STILL_MS).length > 0;
  return { ...sent, cut, more, fresh: true };
}

/** A whole picture cannot be cut, so it has the way to itself. */
function composeWhole(frame: Frame, options: ComposeOptions): Composed | undefined {
  const { encoder, level, window } = options;
  const { queue } = options.damage;
  if (queue.count > 0 && window.inFlight > 0) return undefined;
  const all = queue.choose(Number.POSITIVE_INFINITY).sort((a, b) => a.index - b.index);
  const indices = all.map(({ index }) => index);
  const tiles = encoder.encode(frame, indices, level);
  queue.taken(all);
  const sent = { tiles, indices, levels: indices.map(() => level), faint: faintOf(all) };
  return { ...sent, cut: false, more: false, fresh: true };
}

function repaint(frame: Frame, options: ComposeOptions): Composed | undefined {
  const { window, finest, now } = options;
  const { baseline, held } = options.damage;
  const coarse = baseline.coarserThan(finest, now - STILL_MS).filter((index) => !held.has(index));
  const nothing = { tiles: [], indices: [], levels: [], faint: new Set<number>() };
  if (coarse.length === 0) return { ...nothing, cut: false, more: false, fresh: false };
  const still = coarse.slice(0, MAX_REPAINTED).map((index) => pendingTile(baseline, index, false));
  const bytes = updateLength(still.map(({ index }) => baseline.likelyBytes(index)));
  const granted = window.grant(bytes, now);
  if (granted === 0) return undefined;
  const maxBytes = granted - UPDATE_HEADER_BYTES;
  const queue = new CutQueue(still, { columns: tileColumns(baseline.geometry) });
  const sent = encodeCut(frame, queue, { ...options, level: finest, maxBytes });
  return { ...sent, cut: false, more: sent.tiles.length < coarse.length, fresh: false };
}

/** Encodes tiles in the order in which they matter, until no more fit: what they really take is known only then. */
function encodeCut(
  frame: Frame,
  queue: CutQueue<DamagedTile>,
  options: Pick<ComposeOptions, "encoder" | "level" | "finest"> & { readonly maxBytes: number },
): Pick<Composed, "tiles" | "indices" | "levels" | "faint"> {
  const { encoder, level, finest, maxBytes } = options;
  const sent: { readonly of: DamagedTile; readonly tile: Tile }[] = [];
  let left = maxBytes;
  for (let full = false; queue.count > 0 && !full; ) {
    const encoded: DamagedTile[] = [];
    for (const of of queue.choose(Math.max(1, left))) {
      const [tile] = encoder.encode(frame, [of.index], of.faint ? finest : level);
      const bytes = (tile?.bytes.length ?? 0) + ENTRY_BYTES;
      full = !tile || (bytes > left && sent.length > 0);
      if (!tile || full) break;
      left -= bytes;
      sent.push({ of, tile });
      encoded.push(of);
    }
    queue.taken(encoded);
  }
  sent.sort((a, b) => a.of.index - b.of.index);
  const tiles = sent.map(({ tile }) => tile);
  return {
    tiles,
    indices: tiles.map(({ index }) => index),
    levels: tiles.map(({ table }) => table),
    faint: faintOf(sent.map(({ of }) => of)),
  };
}

function pendingTile(baseline: Baseline, index: number, faint: boolean): DamagedTile {
  const bytesLength = baseline.likelyBytes(index) + ENTRY_BYTES;
  return { index, bytesLength, sentAt: Math.max(-1, baseline.sentAt(index)), faint };
}

function faintOf(tiles: readonly DamagedTile[]): ReadonlySet<number> {
  return new Set(tiles.filter(({ faint }) => faint).map(({ index }) => index));
}
