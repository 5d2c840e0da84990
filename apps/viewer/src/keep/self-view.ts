/**
 * Detects whether this page is on the screen that it shows. If its own dot seems to be in the picture, the dot briefly takes two other
 * random colours. The page sees itself if the picture does the same.
 */
import {
  type CanvasPixels,
  type Colour,
  isColour,
  parseColour,
  type Spot,
  spotsOf,
} from "./core/dots.ts";
import type { PictureSource } from "./mirror.ts";

/** By then the notice no longer moves, and the host has captured it. */
const FIRST_MS = 1500;
const AGAIN_MS = 10_000;
/** How long the picture may take to show the new colour. */
const ANSWER_MS = 8000;
const LOOK_MS = 200;
/** Larger pictures, beyond 4K, cost too much to read. */
const MAX_AREA = 3840 * 2400;
const DOT = "[data-dot]";
/** Colours that differ clearly from the dot's own, and from each other. */
const COLOURS: readonly Colour[] = [
  [255, 0, 255],
  [0, 0, 255],
  [255, 255, 255],
];

/** Watches until the signal aborts. @param options.report called whenever the result changes; at first it is false */
export async function watchSelf(
  source: PictureSource,
  { report, signal }: { report: (seesItself: boolean) => void; signal: AbortSignal },
): Promise<void> {
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
    for (const [red, green, blue] of twoAtRandom()) {
      if (spots.length === 0) return false;
      dot.style.backgroundColor = `rgb(${red}, ${green}, ${blue})`;
      spots = await spotsThatBecome([red, green, blue], { source, spots, signal });
    }
  } finally {
    dot.style.backgroundColor = "";
  }
  return spots.length > 0;
}

/** @returns the spots that the picture shows in this colour first; none if it never does */
async function spotsThatBecome(
  colour: Colour,
  { source, spots, signal }: { source: PictureSource; spots: readonly Spot[]; signal: AbortSignal },
): Promise<readonly Spot[]> {
  const deadline = performance.now() + ANSWER_MS;
  while (performance.now() < deadline && !signal.aborted) {
    await pause(LOOK_MS);
    const pixels = await pixelsOf(source);
    const found = spots.filter((spot) => pixels && isColour(pixels, spot, colour));
    if (found.length > 0) return found;
  }
  return [];
}

function twoAtRandom(): readonly Colour[] {
  const left = [...COLOURS];
  const take = () => left.splice(Math.floor(Math.random() * left.length), 1);
  return [...take(), ...take()];
}

/** Undefined while there is no picture, the page is hidden, or the picture is too large. */
async function pixelsOf(source: PictureSource): Promise<CanvasPixels | undefined> {
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
