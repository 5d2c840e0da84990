/** `it` for tests in Chromium, and a scene for each. All test files of a worker share one process, as a launch costs as much as two pages. */
import type { Browser, BrowserContext, Page } from "playwright-core";
import { expect, onTestFinished, test } from "vitest";
import { canvasColour, startBrowser } from "./browser.ts";
import { freePort } from "./ports.ts";
import { type Program, startAgent, startRelay } from "./programs.ts";
import { eventually } from "./wait.ts";

export const it = test
  .extend(
    "chromium",
    { scope: "worker" },
    // biome-ignore lint/correctness/noEmptyPattern: vitest reads from the pattern which fixtures this one needs
    async ({}, { onCleanup }) => {
      const chromium = await startBrowser();
      onCleanup(() => chromium.close());
      return chromium;
    },
  )
  .extend("browser", { scope: "file" }, ({ chromium }, { onCleanup }) => {
    // Pages that a test has left open must not disturb the next file.
    onCleanup(async () => {
      for (const context of chromium.contexts()) await context.close();
    });
    return chromium;
  });

export class BrowserScene {
  private constructor(
    readonly port: number,
    readonly context: BrowserContext,
  ) {}

  /** Call it in a test or before each. Everything ends with the test, the newest first. */
  static async set(browser: Browser, ...options: Parameters<Browser["newContext"]>) {
    const context = await browser.newContext(...options);
    onTestFinished(() => context.close());
    return new BrowserScene(await freePort(), context);
  }

  async relay(env: Record<string, string> = {}, port = this.port): Promise<Program> {
    const relay = await startRelay(port, { LOG_LEVEL: "error", ...env });
    onTestFinished(async () => void (await relay.end("SIGKILL")));
    return relay;
  }

  /** Shares the test card, unless `args` or `display` choose something else. */
  agent(token?: string, args = ["--source", "test"], display?: string): Program {
    const env = token === undefined ? undefined : { PRODUCER_TOKEN: token };
    const where = display === undefined ? {} : { display };
    const agent = startAgent({ port: this.port, args, ...where }, env);
    onTestFinished(async () => void (await agent.end("SIGKILL")));
    return agent;
  }

  async open(fragment = "", port = this.port): Promise<Page> {
    const page = await this.context.newPage();
    await page.goto(`http://localhost:${port}/${fragment}`);
    return page;
  }
}

export const statusOf = (page: Page) => page.getByTestId("status");

/** Waits until the status begins with this. @returns all of it */
export async function says(page: Page, title: string): Promise<string> {
  const read = async () => (await statusOf(page).textContent()) ?? "";
  const status = await eventually(read, (text) => text.startsWith(title));
  expect(status.slice(0, title.length)).toBe(title);
  return status;
}

export const isPainted = (page: Page, limitMs?: number) =>
  eventually(
    () => canvasColour(page, { x: 5, y: 5 }),
    (colour) => colour !== undefined,
    limitMs,
  );
