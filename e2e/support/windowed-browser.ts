/**
 * Chromium with a window on a desktop, as a person has it. The others here have none, and hide no page; nor does one that is driven as
 * usual, since every page is told then that it has the focus.
 */
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { type Browser, chromium, type Page } from "playwright-core";
import { CHROMIUM_ARGS, CHROMIUM_PATH } from "./browser.ts";
import type { Desktop } from "./desktop.ts";
import { freePort } from "./programs.ts";
import { eventually } from "./wait.ts";

export class WindowedBrowser {
  private constructor(
    private readonly browser: Browser,
    private readonly process: ChildProcess,
    private readonly profile: string,
    /** The one in the first tab. */
    readonly page: Page,
  ) {}

  static async start({ display }: Desktop): Promise<WindowedBrowser> {
    const profile = await mkdtemp(path.join(tmpdir(), "screen-share-profile-"));
    const port = await freePort();
    const args = [
      ...CHROMIUM_ARGS,
      `--user-data-dir=${profile}`,
      `--remote-debugging-port=${port}`,
      "about:blank",
    ];
    const child = spawn(CHROMIUM_PATH, args, {
      env: { ...process.env, DISPLAY: display },
      stdio: "ignore",
    });
    const address = `http://127.0.0.1:${port}`;
    await eventually(
      () =>
        fetch(address).then(
          () => true,
          () => false,
        ),
      (is) => is,
    );
    const browser = await chromium.connectOverCDP(address, { noDefaults: true });
    const page = browser.contexts()[0]?.pages()[0];
    if (!page) throw new Error("the browser has opened no page");
    return new WindowedBrowser(browser, child, profile, page);
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
    const ended = once(this.process, "exit");
    if (this.process.exitCode === null && this.process.kill()) await ended;
    await rm(this.profile, { recursive: true, force: true, maxRetries: 5 });
  }
}
