/** The whole product on a desktop in motion. Any part can be killed and restarted, and the time until the page has recovered is measured. */
import { once } from "node:events";
import { wallNow } from "@screen-share/protocol/testing/connect";
import { TestViewer } from "@screen-share/protocol/testing/test-viewer";
import type { Page } from "playwright-core";
import { canvasPixels, type KillableBrowser, openViewer, startKillableBrowser } from "./browser.ts";
import { MovingDesktop, stillPart } from "./moving-desktop.ts";
import { ALIKE_DB, psnr, sampled } from "./pixels.ts";
import { freePort } from "./ports.ts";
import { type Program, startAgent, startRelay } from "./programs.ts";
import { mintBoth, SECRET } from "./tokens.ts";
import { eventually, sleep } from "./wait.ts";

export const PARTS = ["relay", "agent", "browser"] as const;
export type ProductPart = (typeof PARTS)[number];

/** The agent grabs ten times per second, and comparing takes time, too. */
const MAX_AGE_MS = 1000;
/** A live producer reports at least every 2 s that the picture is current (P-23). */
const MAX_VIEWER_AGE_MS = 5000;
/** One pixel of each MCU. */
const SAMPLE_STEP = 8;
const GIVE_UP_MS = 60_000;
const VIEWERS = 3;

/** How the page recovered from a loss, ms. */
export interface Recovery {
  readonly part: ProductPart;
  readonly downMs: number;
  /** From then until the page showed the desktop as it was at most a second before. */
  readonly blindMs: number;
}

export class WholeProduct {
  readonly #problems: string[] = [];
  readonly #viewers: TestViewer[] = [];

  private constructor(
    private readonly port: number,
    private readonly moving: MovingDesktop,
    private readonly tokens: Awaited<ReturnType<typeof mintBoth>>,
    private readonly random: () => number,
    private relay: Program,
    private agent: Program,
    private chromium: KillableBrowser,
    private page: Page,
  ) {
    const onProblem = (problem: string) => void this.#problems.push(problem);
    const options = { token: tokens.viewer, random, onProblem };
    for (let i = 0; i < VIEWERS; i++) this.#viewers.push(new TestViewer(port, options));
  }

  /** Starts everything; resolves once the page shows the desktop. @param random uniform in [0, 1) */
  static async start(random: () => number): Promise<WholeProduct> {
    const parts = [freePort(), MovingDesktop.start(), mintBoth(), startKillableBrowser()] as const;
    const [port, moving, tokens, chromium] = await Promise.all(parts);
    const relay = await newRelay(port);
    const page = await newPage(chromium, port, tokens.viewer);
    const agent = newAgent(port, moving, tokens.producer);
    const product = new WholeProduct(port, moving, tokens, random, relay, agent, chromium, page);
    if (await product.#current()) return product;
    await product.stop();
    throw new Error("the page never showed the desktop");
  }

  async lose(part: ProductPart, awayMs = 0): Promise<Recovery> {
    const channel = () => Math.floor(this.random() * 256);
    const killedAt = performance.now();
    await this.#kill(part);
    const painted = this.moving.paint([channel(), channel(), channel()]);
    if (awayMs > 0) await sleep(awayMs);
    const upAt = await this.#revive(part);
    await painted;
    const shown = await this.#current();
    if (!shown) throw new Error(`the page did not recover from the loss of the ${part}`);
    return { part, downMs: upAt - killedAt, blindMs: performance.now() - upAt };
  }

  /** Stops all motion. @returns what is wrong in the page and with the other viewers */
  async wrongs(): Promise<string[]> {
    this.moving.rest();
    const wrongs = await eventually(
      async () => [...(await this.#wrongPixels()), ...this.#wrongViewers()],
      (found) => found.length === 0,
    );
    this.moving.move();
    return wrongs;
  }

  async stop(): Promise<void> {
    for (const viewer of this.#viewers) viewer.close();
    await this.chromium.end();
    await this.agent.end("SIGTERM");
    await this.relay.end("SIGTERM");
    await this.moving.stop();
  }

  async #kill(part: ProductPart): Promise<void> {
    if (part === "relay") await this.relay.end("SIGKILL");
    else if (part === "agent") await this.agent.end("SIGKILL");
    else {
      const { process } = this.chromium;
      const exit = once(process, "exit");
      process.kill("SIGKILL");
      await exit;
      await this.chromium.end();
    }
  }

  /** @returns when it was up: listening, sharing, or loading the page */
  async #revive(part: ProductPart): Promise<number> {
    if (part === "relay") this.relay = await newRelay(this.port);
    else if (part === "agent") {
      this.agent = newAgent(this.port, this.moving, this.tokens.producer);
      await once(this.agent.process, "message");
    } else {
      this.chromium = await startKillableBrowser();
      const upAt = performance.now();
      this.page = await newPage(this.chromium, this.port, this.tokens.viewer);
      return upAt;
    }
    return performance.now();
  }

  async #current(): Promise<boolean> {
    return await eventually(
      async () => {
        const shown = await canvasPixels(this.page, SAMPLE_STEP);
        if (!shown || this.moving.ageMs(shown) > MAX_AGE_MS) return false;
        const due = sampled(await this.moving.desktop.pixels(), SAMPLE_STEP);
        return psnr(stillPart(due), stillPart(shown)) > ALIKE_DB;
      },
      (is) => is,
      GIVE_UP_MS,
    );
  }

  async #wrongPixels(): Promise<string[]> {
    const shown = await canvasPixels(this.page);
    const db = shown ? psnr(await this.moving.desktop.pixels(), shown) : 0;
    return db > ALIKE_DB ? [] : [`the page and the desktop have a PSNR of ${db.toFixed(1)} dB`];
  }

  /** The viewers must have the same picture, a current one, and must never have had a problem. */
  #wrongViewers(): string[] {
    const shown = this.#viewers.map(({ replica }) => replica.shown);
    const [due, ...others] = shown.map((store) =>
      Buffer.concat(store?.since(0).map(({ bytes }) => bytes) ?? []),
    );
    const alike = due && due.length > 0 && others.every((bytes) => bytes.equals(due));
    const old = shown
      .map((store) => wallNow() - (store?.capturedAt ?? 0))
      .filter((ageMs) => ageMs > MAX_VIEWER_AGE_MS);
    return [
      ...(alike ? [] : ["viewers have different pictures, or none"]),
      ...old.map((ageMs) => `a viewer's picture is ${ageMs.toFixed(0)} ms old`),
      ...this.#problems,
    ];
  }
}

async function newRelay(port: number): Promise<Program> {
  return await startRelay(port, { AUTH_SECRET: SECRET, LOG_LEVEL: "warn" });
}

/** Returns at once; its first message is that it shares. */
function newAgent(port: number, { desktop }: MovingDesktop, token: string): Program {
  const env = { PRODUCER_TOKEN: token, LOG_LEVEL: "warn", UV_THREADPOOL_SIZE: "1" };
  return startAgent({ port, display: desktop.display }, env);
}

async function newPage({ browser }: KillableBrowser, port: number, token: string): Promise<Page> {
  return await openViewer(browser, port, `#room=main&token=${token}`);
}
