/** Chromium, and what its canvas shows. */
import { inflateRawSync } from "node:zlib";
import { type Browser, chromium, type Page } from "playwright-core";
import type { Evaluating } from "./other-browser.ts";
import { ALIKE_DB, type Pixels, psnr, sampled } from "./pixels.ts";
import { ProgramSession } from "./session.ts";
import { eventually, within } from "./wait.ts";

export const CHROMIUM_PATH = "/usr/bin/chromium";
/** The same browser without a window around its pages, which take a third less processor time. */
const HEADLESS_SHELL_PATH = "/usr/bin/chromium-headless-shell";
/**
 * The pages of the address bar start a process for every tab, which then costs 3 s of processor time instead of 0.8. The others are those
 * that Playwright disables, since Chromium heeds only the last of two such lists.
 */
const DISABLED_FEATURES = [
  "WebUIOmniboxPopup",
  "WebUIOmniboxAimPopup",
  "SpareRendererForSitePerProcess",
  "AimEnabled",
  "AvoidCorsURLLoaderRestartOnRedirect",
  "AvoidUnnecessaryBeforeUnloadCheckSync",
  "BlockOriginHeaderModificationOnRedirect",
  "DestroyProfileOnBrowserClose",
  "DialMediaRouteProvider",
  "GlobalMediaControls",
  "HttpsUpgrades",
  "LensOverlay",
  "MediaRouter",
  "NetworkTimeServiceQuerying",
  "OptimizationHints",
  "PaintHolding",
  "ThirdPartyStoragePartitioning",
  "Translate",
];
export const CHROMIUM_ARGS = [
  "--no-sandbox",
  "--disable-gpu",
  "--disable-quic",
  "--no-first-run",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
  `--disable-features=${DISABLED_FEATURES.join(",")}`,
];
/** Browsers close within a second or two; after this they are killed. */
const CLOSE_LIMIT_MS = 15_000;

function launchOptions(executablePath: string, session: ProgramSession) {
  return { executablePath, args: CHROMIUM_ARGS, env: session.env() };
}

export async function startBrowser(executablePath = HEADLESS_SHELL_PATH): Promise<Browser> {
  const session = new ProgramSession("chromium");
  const browser = await chromium.launch(launchOptions(executablePath, session));
  return closing(browser, session);
}

/** Makes `close` end the browser's session as well, however the browser itself answers. */
export function closing(browser: Browser, session: ProgramSession): Browser {
  const close = browser.close.bind(browser);
  browser.close = async () => {
    await within(close(), CLOSE_LIMIT_MS, "closing a browser").catch(() => undefined);
    await session.end();
  };
  return browser;
}

export type KillableBrowser = Awaited<ReturnType<typeof startKillableBrowser>>;

/** A browser whose process is known, so that it can be killed. */
export async function startKillableBrowser() {
  const session = new ProgramSession("chromium");
  const server = await chromium.launchServer(launchOptions(HEADLESS_SHELL_PATH, session));
  const browser = closing(await chromium.connect(server.wsEndpoint()), session);
  return { browser, process: server.process(), end: () => browser.close() };
}

export async function openViewer(browser: Browser, port: number, fragment = ""): Promise<Page> {
  const page = await browser.newPage({ viewport: { width: 1280, height: 720 } });
  await page.goto(`http://localhost:${port}/${fragment}`);
  return page;
}

/**
 * The canvas's pixels. Undefined if it shows nothing yet.
 * @param step 1 for all of them; 8 for one of each 8×8, which costs the page very little
 * @param host the element in whose shadow root the canvas is, if it is not the viewer's own page
 */
export async function canvasPixels(
  page: Evaluating,
  step = 1,
  host = "",
): Promise<Pixels | undefined> {
  const asked = { step, host };
  const shown = await page.evaluate(async ({ step, host }) => {
    const root = host === "" ? document : document.querySelector(host)?.shadowRoot;
    const canvas = root?.querySelector<HTMLCanvasElement>('[data-testid="screen"], canvas');
    if (!canvas || !Number(canvas.dataset.updates)) return undefined;
    // A worker reports an update a little before the canvas shows it. Until then the canvas has HTML's default size.
    if (canvas.width === 300 && canvas.height === 150) return undefined;
    // A canvas that a worker draws on has no other context, so it is copied.
    const copy = new OffscreenCanvas(canvas.width, canvas.height).getContext("2d");
    if (!copy) return undefined;
    copy.drawImage(canvas, 0, 0);
    const all = copy.getImageData(0, 0, canvas.width, canvas.height);
    const [width, height] = [Math.floor(all.width / step), Math.floor(all.height / step)];
    const from = new Uint32Array(all.data.buffer);
    const picked = new Uint32Array(width * height);
    const middle = step >> 1;
    for (let at = 0; at < picked.length; at++) {
      const y = Math.floor(at / width) * step + middle;
      picked[at] = from[y * all.width + (at % width) * step + middle] ?? 0;
    }
    // Handing over a large picture without compression would take longer than everything else here.
    const raw = new Blob([picked]).stream();
    const packed = raw.pipeThrough(new CompressionStream("deflate-raw"));
    const data = new Uint8Array(await new Response(packed).arrayBuffer());
    let binary = "";
    for (let at = 0; at < data.length; at += 32_768) {
      binary += String.fromCharCode(...data.subarray(at, at + 32_768));
    }
    return { width, height, packed: btoa(binary) };
  }, asked);
  if (!shown) return undefined;
  const { width, height, packed } = shown;
  return { width, height, data: inflateRawSync(Buffer.from(packed, "base64")) };
}

/**
 * Waits until a page shows a picture. A sample is compared first, since reading all pixels takes the page longer than drawing them.
 * @returns the PSNR of all pixels in the end, dB
 */
export async function likeness(page: Evaluating, due: () => Promise<Pixels>): Promise<number> {
  const compare = async (step: number) => {
    const shown = await canvasPixels(page, step);
    return shown ? psnr(sampled(await due(), step), shown) : 0;
  };
  const isAlike = (db: number) => db > ALIKE_DB;
  await eventually(() => compare(8), isAlike);
  return await eventually(() => compare(1), isAlike);
}

export async function viewerState(page: Page): Promise<string | null> {
  return await page.getByTestId("status").getAttribute("data-state");
}

/** Undefined if the canvas shows nothing yet. */
export async function canvasColour(
  page: Evaluating,
  at: { readonly x: number; readonly y: number },
): Promise<readonly [red: number, green: number, blue: number] | undefined> {
  return await page.evaluate(({ x, y }) => {
    const canvas = document.querySelector<HTMLCanvasElement>('[data-testid="screen"]');
    if (!canvas || !Number(canvas.dataset.updates)) return undefined;
    const copy = new OffscreenCanvas(1, 1).getContext("2d");
    copy?.drawImage(canvas, x, y, 1, 1, 0, 0, 1, 1);
    const [red = 0, green = 0, blue = 0] = copy?.getImageData(0, 0, 1, 1).data ?? [];
    return [red, green, blue] as const;
  }, at);
}
