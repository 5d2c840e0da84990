/** Chooses and encodes the part of a frame that fits the window: its damage, or, if there is none, static tiles to repaint. */
import {
  CutQueue,
  codecOf,
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
import type { Frame, TileEncoder } from "./ports.ts";

/** At most this many tiles are repainted at once: a few ms of encoding, after which there may be new damage. */
const MAX_REPAINTED = 256;

/** A tile of a frame that must be sent. */
interface DamagedTile extends PendingTile {
  /** It changed only faintly, so it counts as static and is encoded at the best quality. */
  readonly faint: boolean;
}

/** How a frame differs from what was sent. It is computed once; cut after cut is taken from it. */
export class FrameDamage {
  readonly queue: CutQueue<DamagedTile>;
  /** Tiles held back for now, neither sent nor repainted. */
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

  /** Whether nothing of the frame remains to be sent, now or later. */
  get complete(): boolean {
    return this.queue.count === 0 && this.held.size === 0;
  }
}

interface EncodedTiles {
  /** In ascending order. */
  readonly tiles: readonly Tile[];
  /** The tiles of the grid that they cover, in ascending order: one cell of a codec that is not divisible covers all of them. */
  readonly indices: readonly number[];
  /** The level at which each of those was encoded. */
  readonly levels: readonly number[];
  /** Those that changed only faintly. */
  readonly faint: ReadonlySet<number>;
}

export interface Composed extends EncodedTiles {
  readonly cut: boolean;
  /** Whether more of this frame can be sent at once: damage that was left out, or tiles to repaint. */
  readonly more: boolean;
  /** Whether damage is sent, not a repaint. */
  readonly fresh: boolean;
}

export interface ComposeOptions {
  readonly encoder: TileEncoder;
  /** Composed tiles are taken from its queue. If they are not sent, the damage must be computed again. */
  readonly damage: FrameDamage;
  /** Nothing of this picture was sent before. */
  readonly whole: boolean;
  readonly window: Pick<Window, "grant" | "inFlight" | "size">;
  /** The level for damage, and the best level. */
  readonly level: number;
  readonly finest: number;
  readonly now: number;
}

/** @returns undefined, at once, if something must be sent and none of it fits the window now: an ack is due */
export function compose(frame: Frame, options: ComposeOptions): Promise<Composed> | undefined {
  const { encoder, damage, window, now } = options;
  if (!codecOf(encoder.describe(frame)).divisible) return composeWhole(frame, options);
  const { queue } = damage;
  if (queue.count === 0) return repaint(frame, options);
  const likelyBytes = UPDATE_HEADER_BYTES + queue.bytes;
  const granted = grantUpdate(window, { bytes: likelyBytes, first: options.whole, now });
  if (granted === 0) return undefined;
  // An update that was expected to fit may turn out longer; then it is cut to the available room.
  const room = granted < likelyBytes ? granted : Math.max(granted, window.size - window.inFlight);
  return composeCut(frame, { ...options, maxBytes: room - UPDATE_HEADER_BYTES });
}

/** A whole picture cannot be cut, so it waits until nothing else is in flight. */
function composeWhole(frame: Frame, options: ComposeOptions): Promise<Composed> | undefined {
  const { encoder, level, window } = options;
  const { queue } = options.damage;
  if (queue.count > 0 && window.inFlight > 0) return undefined;
  const all = queue.choose(Number.POSITIVE_INFINITY).sort((a, b) => a.index - b.index);
  queue.taken(all);
  const indices = all.map(({ index }) => index);
  const levels = indices.map(() => level);
  const whole = { indices, levels, faint: faintOf(all), cut: false, more: false, fresh: true };
  return encoder.encode(frame, indices, level).then((tiles) => ({ ...whole, tiles }));
}

type CutOptions = ComposeOptions & { readonly maxBytes: number };

async function composeCut(frame: Frame, options: CutOptions): Promise<Composed> {
  const { damage, finest, now } = options;
  const { queue, baseline } = damage;
  const encoded = await encodeCut(frame, queue, options);
  const cut = queue.count > 0;
  // In addition to the damage there may be static tiles to repaint.
  const more = cut || baseline.coarserThan(finest, now - STILL_MS).length > 0;
  return { ...encoded, cut, more, fresh: true };
}

function repaint(frame: Frame, options: ComposeOptions): Promise<Composed> | undefined {
  const { window, finest, now } = options;
  const { baseline, held } = options.damage;
  const coarse = baseline.coarserThan(finest, now - STILL_MS).filter((index) => !held.has(index));
  const nothing = { tiles: [], indices: [], levels: [], faint: new Set<number>() };
  const repainted = { cut: false, fresh: false };
  if (coarse.length === 0) return Promise.resolve({ ...nothing, ...repainted, more: false });
  const still = coarse.slice(0, MAX_REPAINTED).map((index) => pendingTile(baseline, index, false));
  const bytes = updateLength(still.map(({ index }) => baseline.likelyBytes(index)));
  const granted = window.grant(bytes, now);
  if (granted === 0) return undefined;
  const maxBytes = granted - UPDATE_HEADER_BYTES;
  const queue = new CutQueue(still, { columns: tileColumns(baseline.geometry) });
  return encodeCut(frame, queue, { ...options, level: finest, maxBytes }).then((encoded) => ({
    ...encoded,
    ...repainted,
    more: encoded.tiles.length < coarse.length,
  }));
}

/** Encodes tiles, most important first, until no more fit: only the encoder knows how many bytes a tile takes. */
async function encodeCut(
  frame: Frame,
  queue: CutQueue<DamagedTile>,
  { encoder, level, finest, maxBytes }: CutOptions,
): Promise<EncodedTiles> {
  const taken: { readonly damaged: DamagedTile; readonly tile: Tile }[] = [];
  let left = maxBytes;
  for (let full = false; queue.count > 0 && !full; ) {
    const encoded: DamagedTile[] = [];
    for (const damaged of queue.choose(Math.max(1, left))) {
      const [tile] = await encoder.encode(frame, [damaged.index], damaged.faint ? finest : level);
      const bytes = (tile?.bytes.length ?? 0) + ENTRY_BYTES;
      full = !tile || (bytes > left && taken.length > 0);
      if (!tile || full) break;
      left -= bytes;
      taken.push({ damaged, tile });
      encoded.push(damaged);
    }
    queue.taken(encoded);
  }
  taken.sort((a, b) => a.damaged.index - b.damaged.index);
  const tiles = taken.map(({ tile }) => tile);
  return {
    tiles,
    indices: tiles.map(({ index }) => index),
    levels: tiles.map(({ table }) => table),
    faint: faintOf(taken.map(({ damaged }) => damaged)),
  };
}

function pendingTile(baseline: Baseline, index: number, faint: boolean): DamagedTile {
  const bytesLength = baseline.likelyBytes(index) + ENTRY_BYTES;
  return { index, bytesLength, sentAt: Math.max(-1, baseline.sentAt(index)), faint };
}

function faintOf(tiles: readonly DamagedTile[]): ReadonlySet<number> {
  return new Set(tiles.filter(({ faint }) => faint).map(({ index }) => index));
}
