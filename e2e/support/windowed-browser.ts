/**
 * Chromium with a window on a desktop, as a person has it. The others here have none, and hide no page; nor does one that is driven as
 * usual, since every page is told then that it has the focus.
 */
import { spawn } from "node:child_process";
import { type Browser, chromium, type Page } from "playwright-core";
import { CHROMIUM_ARGS, CHROMIUM_PATH, closing } from "./browser.ts";
import type { VirtualDesktop } from "./desktop.ts";
import { freePort } from "./ports.ts";
import { ProgramSession } from "./session.ts";
import { eventually } from "./wait.ts";

export class WindowedBrowser {
  private constructor(
    private readonly browser: Browser,
    readonly page: Page,
  ) {}

  static async start({ display }: VirtualDesktop): Promise<WindowedBrowser> {
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
    await eventually(
      () =>
        fetch(address).then(
          () => true,
          () => false,
        ),
      (is) => is,
    );
    const connected = await chromium.connectOverCDP(address, { noDefaults: true });
    const browser = closing(connected, session);
    const page = browser.contexts()[0]?.pages()[0];
    if (!page) throw new Error("the browser has opened no page");
    return new WindowedBrowser(browser, page);
  }

  /** Opens another tab before it. Resolves once the page knows. */
  async hidePage(): Promise<void> {
    const other = await this.page.context().newPage();
    await other.bringToFront();
    const state = () => this.page.evaluate(() => document.visibilityState);
    await eventually(state, (is) => is === "hidden");
  }

  async close(): Promise<void> {
    await this.browser.close();
  }
}
