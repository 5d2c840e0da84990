/** Whether a page shows the agent's test card, and whether it moves. */
import type { Page } from "playwright-core";
import { canvasColour, canvasPixels, viewerState } from "./browser.ts";
import type { Evaluating } from "./other-browser.ts";
import { eventually } from "./wait.ts";

/** As apps/capture/src/source/test-card.ts draws them, 1280 px wide. */
const BARS = [
  [0xbf, 0xbf, 0xbf],
  [0xbf, 0xbf, 0x00],
  [0x00, 0xbf, 0xbf],
  [0x00, 0xbf, 0x00],
  [0xbf, 0x00, 0xbf],
  [0xbf, 0x00, 0x00],
  [0x00, 0x00, 0xbf],
  [0x10, 0x10, 0x10],
] as const;
const BAR_WIDTH = 160;
/** The most that JPEG may change a plain colour. */
const TOLERANCE = 4;

/** This and the next function wait until all bars have their colours. @returns the problems at the end */
export async function wrongsOfTestCard(page: Page): Promise<string[]> {
  return await untilNothing(async () => {
    const state = await viewerState(page);
    return [...(state === "connected" ? [] : [`the page is ${state}`]), ...(await wrongBars(page))];
  });
}

export async function wrongColoursOfTestCard(page: Evaluating): Promise<string[]> {
  return await untilNothing(() => wrongBars(page));
}

async function untilNothing(wrongs: () => Promise<string[]>): Promise<string[]> {
  return await eventually(wrongs, ({ length }) => length === 0, 30_000);
}

async function wrongBars(page: Evaluating): Promise<string[]> {
  const wrongs: string[] = [];
  for (const [i, bar] of BARS.entries()) {
    const shown = await canvasColour(page, { x: (i + 0.5) * BAR_WIDTH, y: 100 });
    const like = shown?.every((value, c) => Math.abs(value - (bar[c] ?? 0)) <= TOLERANCE);
    if (!like) wrongs.push(`bar ${i} is ${shown ?? "not there"}`);
  }
  return wrongs;
}

/** Waits until the picture changes, which the test card does all the time. */
export async function moves(page: Page): Promise<boolean> {
  const look = async () =>
    Buffer.from((await canvasPixels(page, 8))?.data ?? []).toString("base64");
  const first = await look();
  return await eventually(
    async () => (await look()) !== first,
    (changed) => changed,
  );
}
