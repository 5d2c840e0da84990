/** Chromium, and what its canvas shows. */
import { type Browser, chromium, type Page } from "playwright-core";
import type { Pixels } from "./pixels.ts";

export async function startBrowser(): Promise<Browser> {
  return await chromium.launch({
    executablePath: process.env.CHROMIUM_PATH || "/usr/bin/chromium",
    args: [
      "--no-sandbox",
      "--disable-gpu",
      "--disable-quic",
      "--no-first-run",
      "--disable-background-networking",
      "--disable-component-update",
      "--disable-sync",
    ],
  });
}

/** Opens the viewer. */
export async function openViewer(browser: Browser, port: number, fragment = ""): Promise<Page> {
  const page = await browser.newPage({ viewport: { width: 1280, height: 720 } });
  await page.goto(`http://localhost:${port}/${fragment}`);
  return page;
}

/** The canvas's pixels, or none if it shows nothing yet. */
export async function canvasPixels(page: Page): Promise<Pixels | undefined> {
  const shown = await page.evaluate(() => {
    const canvas = document.querySelector<HTMLCanvasElement>('[data-testid="screen"]');
    const context = canvas?.getContext("2d");
    if (!canvas || !context || !Number(canvas.dataset.updates)) return undefined;
    const { width, height } = canvas;
    const { data } = context.getImageData(0, 0, width, height);
    let binary = "";
    for (let at = 0; at < data.length; at += 32_768) {
      binary += String.fromCharCode(...data.subarray(at, at + 32_768));
    }
    return { width, height, base64: btoa(binary) };
  });
  if (!shown) return undefined;
  const { width, height, base64 } = shown;
  return { width, height, data: Uint8Array.from(Buffer.from(base64, "base64")) };
}

/** What the status bar says it is. */
export async function viewerState(page: Page): Promise<string | null> {
  return await page.getByTestId("status").getAttribute("data-state");
}
