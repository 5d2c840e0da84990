/**
 * Chromium with a window on a desktop. The other browsers here have none and never hide a page; nor does one that Playwright drives with
 * its defaults, which emulate focus in every page.
 */
import { spawn } from "node:child_process";
import { chromium, type Page } from "playwright-core";
import { CHROMIUM_ARGS, CHROMIUM_PATH, closing } from "./browser.ts";
import type { VirtualDesktop } from "./desktop.ts";
import { freePort } from "./ports.ts";
import { ProgramSession } from "./session.ts";
import { eventually, untilUp } from "./wait.ts";

export type WindowedBrowser = Awaited<ReturnType<typeof startWindowedBrowser>>;

/** Resolves with the page in its first tab. */
export async function startWindowedBrowser({ display }: VirtualDesktop) {
  const session = new ProgramSession("chromium");
  const port = await freePort();
  const args = [
    ...CHROMIUM_ARGS,
    `--user-data-dir=${session.home}/profile`,
    `--remote-debugging-port=${port}`,
    "about:blank",
  ];
  spawn(CHROMIUM_PATH, args, { env: session.env({ DISPLAY: display }), stdio: "ignore" });
  const address = `http://127.0.0.1:${port}`;
  await untilUp(`${address}/json/version`);
  const connected = await chromium.connectOverCDP(address, { noDefaults: true });
  const browser = closing(connected, session);
  const page = browser.contexts()[0]?.pages()[0];
  if (!page) throw new Error("the browser has opened no page");
  return { page, close: () => browser.close() };
}

/** Opens another tab before a page. Resolves once the page knows. */
export async function hidePage(page: Page): Promise<void> {
  const other = await page.context().newPage();
  await other.bringToFront();
  const state = () => page.evaluate(() => document.visibilityState);
  await eventually(state, (is) => is === "hidden");
}
