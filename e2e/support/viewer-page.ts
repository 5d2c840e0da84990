/** The viewer's page in a window or on a phone, and the place of the picture in it. */
import type { Browser, BrowserContextOptions, Page } from "playwright-core";
import { canvasPixels } from "./browser.ts";
import { type Evaluating, type Place, takeHandingOverAway } from "./other-browser.ts";
import type { Pixels } from "./pixels.ts";
import { eventually } from "./wait.ts";

export const WINDOW = { viewport: { width: 1280, height: 720 } } as const;
export const PHONE = {
  viewport: { width: 360, height: 640 },
  deviceScaleFactor: 2,
  hasTouch: true,
  isMobile: true,
} as const;
export const PHONE_ON_ITS_SIDE = { ...PHONE, viewport: { width: 640, height: 360 } } as const;

/** A page that shows the picture and its controls, in a context that the caller closes. By default it plays in a worker. */
export async function openPicture(
  browser: Browser,
  port: number,
  options: BrowserContextOptions & {
    readonly fragment?: string;
    readonly init?: () => void;
    readonly place?: Place;
  } = {},
): Promise<Page> {
  const { fragment = "", init, place = "worker", ...context } = options;
  const opened = await browser.newContext({ ...WINDOW, ...context });
  const page = await opened.newPage();
  if (init) await page.addInitScript(init);
  if (place === "page") await page.addInitScript(takeHandingOverAway);
  await page.goto(`http://localhost:${port}/${fragment}`);
  await page.getByTestId("controls").waitFor();
  await eventually(
    () => canvasPixels(page, 8),
    (pixels) => pixels !== undefined,
  );
  const played = await page.getByTestId("screen").getAttribute("data-player");
  if (played !== place) throw new Error(`it plays in ${played}, not in ${place}`);
  return page;
}

/** Moves the pointer first, since the controls hide from a pointer at rest. */
export async function clickControl(page: Page, name: string): Promise<void> {
  await page.mouse.move(WINDOW.viewport.width / 2, WINDOW.viewport.height / 2);
  await page.getByRole("button", { name, exact: true }).click();
}

/** This and the next function are for a page before its own scripts run. There is no clipboard, as over plain HTTP. */
export function takeClipboardAway(): void {
  Object.defineProperty(Navigator.prototype, "clipboard", { value: undefined });
}

/** The same, and the browser does not copy selections. */
export function takeCopyingAway(): void {
  Object.defineProperty(Navigator.prototype, "clipboard", { value: undefined });
  document.execCommand = () => false;
}

/** The place of the picture in the window once it has stopped moving, CSS px. */
export async function pictureRect(page: Page) {
  return await page.evaluate(async () => {
    const canvas = document.querySelector('[data-testid="screen"]');
    const now = () => canvas?.getBoundingClientRect().toJSON() as DOMRect;
    for (let before = ""; ; ) {
      await new Promise((resolve) => requestAnimationFrame(resolve));
      await new Promise((resolve) => requestAnimationFrame(resolve));
      const rect = now();
      if (JSON.stringify(rect) === before) return rect;
      before = JSON.stringify(rect);
    }
  });
}

/** The point of the picture that a point of the window shows, from 0 to 1. */
export async function partUnder(page: Page, point: { readonly x: number; readonly y: number }) {
  const { left, top, width, height } = await pictureRect(page);
  return { x: (point.x - left) / width, y: (point.y - top) / height };
}

export async function pngPixels(page: Evaluating, png: Buffer): Promise<Pixels> {
  const decoded = await page.evaluate(async (base64) => {
    const image = new Image();
    image.src = `data:image/png;base64,${base64}`;
    await image.decode();
    const { naturalWidth: width, naturalHeight: height } = image;
    const canvas = Object.assign(document.createElement("canvas"), { width, height });
    const context = canvas.getContext("2d");
    context?.drawImage(image, 0, 0);
    const { data } = context?.getImageData(0, 0, width, height) ?? { data: new Uint8Array() };
    let binary = "";
    for (let at = 0; at < data.length; at += 32_768) {
      binary += String.fromCharCode(...data.subarray(at, at + 32_768));
    }
    return { width, height, base64: btoa(binary) };
  }, png.toString("base64"));
  const { width, height, base64 } = decoded;
  return { width, height, data: Uint8Array.from(Buffer.from(base64, "base64")) };
}

/** The place of the page itself in the window, which gestures on the picture must not change. */
export async function pageAtRest(page: Page) {
  return await page.evaluate(() => ({
    scrolled: [scrollX, scrollY],
    zoom: visualViewport?.scale,
    ratio: devicePixelRatio,
  }));
}

type Noting = Window & { noticed?: string[] };

/** Runs in the page, and keeps the notices that it shows for a moment. */
export function noteNotices(): void {
  const noticed: string[] = [];
  (window as Noting).noticed = noticed;
  new MutationObserver(() => {
    noticed.push(document.querySelector('[data-testid="notice"]')?.textContent ?? "");
  }).observe(document, { childList: true, characterData: true, subtree: true });
}

/** @returns all notices, once one has these words or time is up */
export async function noticesOf(page: Evaluating, words: RegExp): Promise<readonly string[]> {
  return await eventually(
    () => page.evaluate(() => (window as Noting).noticed ?? [], undefined),
    (all) => all.some((each) => words.test(each)),
  );
}
