/** The links and pictures that the window is tested with. */
import type { LinkModel } from "./simulated-link.ts";

export interface Workload {
  /** The bytes of each tile by index. 0 for a tile that never changes. */
  readonly tileBytes: readonly number[];
  readonly columns: number;
  /** The tiles that move, and their rate. */
  readonly moving: readonly number[];
  readonly fps: number;
  /** When they move. By default always. */
  readonly movesAt?: (now: number) => boolean;
  /** The tiles that are typed into, one at random per keystroke. */
  readonly typed: readonly number[];
  readonly keysPerS: number;
}

export interface Scenario {
  readonly link: LinkModel;
  readonly workload: Workload;
  readonly durationMs: number;
  readonly fromMs: number;
  /** When each viewer joins. By default there is one from the start. */
  readonly joinsAt?: readonly number[];
  /** The time to decode and draw an update, one after another. By default 8 ms. */
  readonly applyMs?: (bytes: number) => number;
  /** When a stall of the link ends. */
  readonly stallEndsAt?: number;
  /** The size of the kernel's send buffer. By default 4 MB. */
  readonly kernelBytes?: number;
  readonly seed?: number;
  /** Whether cuts keep a share for small regions. By default true. */
  readonly smallFirst?: boolean;
}

const COLUMNS = 15;
const TILE_ROWS = 135;

/** The bytes of each tile of a picture in which only these areas have any. */
function picture(...areas: readonly (readonly [tiles: readonly number[], bytes: number])[]) {
  const tileBytes = new Array<number>(COLUMNS * TILE_ROWS).fill(0);
  for (const [tiles, bytes] of areas) for (const tile of tiles) tileBytes[tile] = bytes;
  return tileBytes;
}

function area(at: { column: number; row: number }, columns: number, rows: number): number[] {
  return Array.from(
    { length: columns * rows },
    (_, i) => (at.row + Math.floor(i / columns)) * COLUMNS + at.column + (i % columns),
  );
}

const MOTION = area({ column: 0, row: 10 }, 10, 20);
const VIDEO = area({ column: 8, row: 60 }, 5, 45);
/** Lines of text: 2 tiles high, like glyphs, with space between the lines. */
const TEXT = area({ column: 1, row: 20 }, 4, 10);
const TEXT_BYTES = 300;

/** Motion of 100 KB per frame by default. */
function motion(fps: number, bytesPerTile = 496): Workload {
  const tileBytes = picture([MOTION, bytesPerTile]);
  return { tileBytes, columns: COLUMNS, moving: MOTION, fps, typed: [], keysPerS: 0 };
}

/** A moving area of 640×360 px, 30 KB per frame, and typing beside it, 5 letters per second. */
function typing({ fps = 10, bytes = 30_000, retyped = false } = {}): Workload {
  const tileBytes = picture([TEXT, TEXT_BYTES], [VIDEO, bytes / VIDEO.length - 4]);
  const typed = retyped ? TEXT.slice(0, 1) : TEXT;
  return { tileBytes, columns: COLUMNS, moving: VIDEO, fps, typed, keysPerS: 5 };
}

/** A static screen of 340 KB on joining, motion for 2 s of every 10 s, and an occasional letter. */
function bursts(): Workload {
  const tileBytes = picture().map((_, index) => (VIDEO.includes(index) ? 130 : 170));
  const movesAt = (now: number) => now % 10_000 < 2000;
  return { tileBytes, columns: COLUMNS, moving: VIDEO, fps: 10, movesAt, typed: TEXT, keysPerS: 2 };
}

/** A steady link. @param rttMs the round trip */
function steady(kbitPerS: number, rttMs: number): LinkModel {
  return { bytesPerMs: () => kbitPerS / 8, delayMs: () => rttMs / 2 };
}

/** Divides a link's rate for a while. */
function slowed(link: LinkModel, divisor: number, from: number, to: number): LinkModel {
  return {
    ...link,
    bytesPerMs: (now) => link.bytesPerMs(now) / (now >= from && now < to ? divisor : 1),
  };
}

function jittery(link: LinkModel): LinkModel {
  return {
    ...link,
    delayMs: (now, random) => link.delayMs(now, random) + (random() < 0.001 ? 300 : random() * 100),
  };
}

const M10 = steady(10_000, 20);
const M1 = steady(1000, 100);
const K200 = steady(200, 300);
const M50 = steady(50_000, 150);

export type Row = ReturnType<typeof row>;

/** `random`: whether more than keystroke times is random. */
function row(name: string, link: LinkModel, workload: Workload, more: Partial<Scenario> = {}) {
  const scenario: Scenario = { link, workload, durationMs: 30_000, fromMs: 8000, ...more };
  return { name, scenario, random: /jitter|lost/.test(name) };
}

/** A row whose link stalls at 12 s, in both directions. */
function stalledRow(name: string, link: LinkModel, fps: number, stallS: 1 | 5): Row {
  const stallEndsAt = 12_000 + stallS * 1000;
  const stalled = slowed(link, Number.POSITIVE_INFINITY, 12_000, stallEndsAt);
  const durationMs = stallS === 1 ? 20_000 : 25_000;
  return row(`${name}, stalls for ${stallS} s`, stalled, motion(fps), {
    durationMs,
    stallEndsAt,
  });
}

export const ROWS: readonly Row[] = [
  row("10 Mbit/s, 20 ms", M10, motion(30)),
  row("1 Mbit/s, 100 ms", M1, motion(10)),
  row("200 kbit/s, 300 ms", K200, motion(10), { durationMs: 60_000, fromMs: 15_000 }),
  row("50 Mbit/s, 150 ms", M50, motion(60, 992), { durationMs: 15_000, fromMs: 5000 }),
  row("10 Mbit/s, a tenth for 10 s", slowed(M10, 10, 10_000, 20_000), motion(30), {
    durationMs: 26_000,
  }),
  row("1 Mbit/s, a tenth for 10 s", slowed(M1, 10, 10_000, 20_000), motion(10)),
  stalledRow("1 Mbit/s", M1, 10, 1),
  stalledRow("1 Mbit/s", M1, 10, 5),
  stalledRow("10 Mbit/s", M10, 30, 5),
  row("1 Mbit/s, jitter", jittery(M1), motion(10)),
  row("10 Mbit/s, jitter", jittery(M10), motion(30)),
  row("10 Mbit/s, acks in bunches of 50 ms", { ...M10, bunchMs: 50 }, motion(30)),
  row("10 Mbit/s 50 ms, 1 % lost", { ...steady(10_000, 50), loss: 0.01 }, motion(30)),
  row("1 Mbit/s, 1 % lost", { ...M1, loss: 0.01 }, motion(10)),
  row(
    "10 Mbit/s, base 20 → 120 ms in 3 min",
    { ...M10, delayMs: (now) => 10 + Math.min(1, now / 180_000) * 50 },
    motion(30),
    { durationMs: 200_000, fromMs: 150_000 },
  ),
  row(
    "10 Mbit/s, base 20 → 120 ms at once",
    { ...M10, delayMs: (now) => (now < 15_000 ? 10 : 60) },
    motion(30),
    { durationMs: 50_000, fromMs: 15_000 },
  ),
  row("10 Mbit/s, an update takes 80 ms", M10, motion(30), { applyMs: () => 80 }),
  row("10 Mbit/s, 20 ms + 1 ms per KB to draw", M10, motion(30), {
    applyMs: (bytes) => 20 + bytes / 1000,
  }),
  row("two viewers, 2 Mbit/s 100 ms", steady(2000, 100), motion(10), {
    joinsAt: [0, 10_000],
    durationMs: 60_000,
    fromMs: 20_000,
  }),
  row("two viewers, 20 Mbit/s 20 ms", steady(20_000, 20), motion(30), {
    joinsAt: [0, 5000],
    durationMs: 40_000,
    fromMs: 15_000,
  }),
  row("10 Mbit/s, idle with bursts", M10, bursts(), { fromMs: 0 }),
  row("1 Mbit/s, idle with bursts", M1, bursts(), { fromMs: 0 }),
];

const MINUTE = { durationMs: 60_000 };
const SLOW = { durationMs: 90_000, fromMs: 15_000 };
const RETYPED = typing({ retyped: true });

export const TYPING_ROWS: readonly Row[] = [
  row("10 Mbit/s, 20 ms", M10, typing()),
  row("1 Mbit/s, 100 ms", M1, typing(), MINUTE),
  row("1 Mbit/s, 100 ms, 30 fps", M1, typing({ fps: 30 }), MINUTE),
  row("1 Mbit/s, 100 ms, 300 KB per frame", M1, typing({ bytes: 300_000 }), MINUTE),
  row("1 Mbit/s, retyped", M1, RETYPED, MINUTE),
  row("1 Mbit/s, jitter", jittery(M1), typing(), MINUTE),
  row("200 kbit/s, 300 ms", K200, typing(), SLOW),
  row("200 kbit/s, retyped", K200, RETYPED, SLOW),
  row("200 kbit/s, retyped, by age only", K200, RETYPED, { ...SLOW, smallFirst: false }),
];
