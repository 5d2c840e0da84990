/**
 * Finds out whether this page is on the screen that it shows. If its own dot seems to be in the picture, the dot takes two other colours
 * for a moment, chosen by chance: only where the picture does the same does the page look at itself. On all other pages nothing blinks.
 */
import {
  type Colour,
  isColour,
  type Pixels,
  parseColour,
  type Spot,
  spotsOf,
} from "./core/dots.ts";
import type { PictureSource } from "./mirror.ts";

/** The status has come to rest by then, and the host has seen it. */
const FIRST_MS = 1500;
const AGAIN_MS = 10_000;
/** Until the picture has to show what the dot does: a grab, both ways, and a slow link. */
const ANSWER_MS = 8000;
const LOOK_MS = 200;
/** Larger pictures cost too much to be read: 4K and a little. */
const MAX_AREA = 3840 * 2400;
const DOT = "[data-dot]";
/** Far from the dot's own colours, and from each other. */
const COLOURS: readonly Colour[] = [
  [255, 0, 255],
  [0, 0, 255],
  [255, 255, 255],
];

/**
 * Watches until the signal.
 * @param options.report called whenever the answer changes; "no" is the first, and is not reported
 */
export async function watchSelf(
  source: PictureSource,
  options: { readonly report: (seesItself: boolean) => void; readonly signal: AbortSignal },
): Promise<void> {
  const { report, signal } = options;
  let before = false;
  await pause(FIRST_MS);
  while (!signal.aborted) {
    const now = await seesItself(source, signal);
    if (now !== before && !signal.aborted) report(now);
    before = now;
    await pause(AGAIN_MS);
  }
}

async function seesItself(source: PictureSource, signal: AbortSignal): Promise<boolean> {
  const dot = document.querySelector<HTMLElement>(DOT);
  const colour = dot && parseColour(getComputedStyle(dot).backgroundColor);
  const pixels = dot && colour && (await pixelsOf(source));
  if (!pixels) return false;
  let spots = spotsOf(pixels, colour);
  try {
    for (const [red, green, blue] of twoByChance()) {
      if (spots.length === 0) return false;
      dot.style.backgroundColor = `rgb(${red}, ${green}, ${blue})`;
      spots = await spotsThatBecome([red, green, blue], { source, spots, signal });
    }
  } finally {
    dot.style.backgroundColor = "";
  }
  return spots.length > 0;
}

/** @returns the first of the spots that the picture shows in this colour; none if it never does */
async function spotsThatBecome(
  colour: Colour,
  options: {
    readonly source: PictureSource;
    readonly spots: readonly Spot[];
    readonly signal: AbortSignal;
  },
): Promise<readonly Spot[]> {
  const { source, spots, signal } = options;
  const deadline = performance.now() + ANSWER_MS;
  while (performance.now() < deadline && !signal.aborted) {
    await pause(LOOK_MS);
    const pixels = await pixelsOf(source);
    const found = spots.filter((spot) => pixels && isColour(pixels, spot, colour));
    if (found.length > 0) return found;
  }
  return [];
}

function twoByChance(): readonly Colour[] {
  const first = Math.floor(Math.random() * COLOURS.length);
  const others = COLOURS.filter((_, i) => i !== first);
  const second = Math.floor(Math.random() * others.length);
  return [...COLOURS.slice(first, first + 1), ...others.slice(second, second + 1)];
}

/** Undefined while there is no picture, or nobody can see it, or it is too large. */
async function pixelsOf(source: PictureSource): Promise<Pixels | undefined> {
  const { width = 0, height = 0 } = source.size() ?? {};
  if (document.hidden || width * height > MAX_AREA) return undefined;
  const bitmap = await source.bitmap().catch(() => undefined);
  if (!bitmap) return undefined;
  const canvas = new OffscreenCanvas(bitmap.width, bitmap.height);
  const context = canvas.getContext("2d", { alpha: false, willReadFrequently: true });
  context?.drawImage(bitmap, 0, 0);
  bitmap.close();
  return context?.getImageData(0, 0, canvas.width, canvas.height);
}

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
