/** A port, a browser's context, and whatever is started for one test: a relay, agents, pages; what the page says. */
import type { Browser, BrowserContext, Page } from "playwright-core";
import { expect } from "vitest";
import { canvasColour } from "./browser.ts";
import { freePort } from "./ports.ts";
import { type Program, startAgent, startRelay } from "./programs.ts";
import { eventually } from "./wait.ts";

/** A point of the test card. */
const PLACE = { x: 5, y: 5 };

export class BrowserScene {
  readonly #endings: (() => Promise<unknown> | unknown)[] = [];

  private constructor(
    readonly port: number,
    readonly context: BrowserContext,
  ) {
    this.onEnd(() => context.close());
  }

  static async set(browser: Browser, ...options: Parameters<Browser["newContext"]>) {
    return new BrowserScene(await freePort(), await browser.newContext(...options));
  }

  onEnd(end: () => Promise<unknown> | unknown): void {
    this.#endings.push(end);
  }

  /** The last begun is the first ended. */
  async end(): Promise<void> {
    for (const end of this.#endings.splice(0).reverse()) await end();
  }

  /** @param port the scene's own, unless told otherwise */
  async relay(env: Record<string, string> = {}, port = this.port): Promise<Program> {
    const relay = await startRelay(port, { LOG_LEVEL: "error", ...env });
    this.onEnd(() => relay.end("SIGKILL"));
    return relay;
  }

  /** Shares the test card. */
  agent(token?: string): Program {
    const env = token === undefined ? undefined : { PRODUCER_TOKEN: token };
    const agent = startAgent({ port: this.port, args: ["--source", "test"] }, env);
    this.onEnd(() => agent.end("SIGKILL"));
    return agent;
  }

  async open(fragment = "", port = this.port): Promise<Page> {
    const page = await this.context.newPage();
    await page.goto(`http://localhost:${port}/${fragment}`);
    return page;
  }
}

export const statusOf = (page: Page) => page.getByTestId("status");

/** Waits until the page says so, and gives all that it says then. */
export async function says(page: Page, title: string): Promise<string> {
  const words = async () => (await statusOf(page).textContent()) ?? "";
  const said = await eventually(words, (text) => text.startsWith(title));
  expect(said.slice(0, title.length)).toBe(title);
  return said;
}

/** Waits for a picture. */
export const isPainted = (page: Page, limitMs?: number) =>
  eventually(
    () => canvasColour(page, PLACE),
    (colour) => colour !== undefined,
    limitMs,
  );
