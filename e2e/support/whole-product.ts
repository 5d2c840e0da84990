/**
 * The whole product on a desktop in motion: relay, agent, page, and viewers beside it. Any part can be killed; it is started again, and
 * measured how long it takes until the page shows the desktop as it is now.
 */
import { once } from "node:events";
import type { Page } from "playwright-core";
import { canvasPixels, type KillableBrowser, startKillableBrowser } from "./browser.ts";
import { Bystanders } from "./bystanders.ts";
import { stillPart } from "./moving-desktop.ts";
import { psnr, sampled } from "./pixels.ts";
import type { Program } from "./programs.ts";
import { newAgent, newPage, newRelay, type Stage, setStage } from "./stage.ts";
import { eventually } from "./wait.ts";

export const PARTS = ["relay", "agent", "browser"] as const;
export type Part = (typeof PARTS)[number];

/** Above this a picture is the same to the eye; dB. */
const ALIKE_DB = 30;
/** A picture is current that shows what was true so long ago; ms. The agent looks ten times a second, and we take time to look, too. */
const MAX_AGE_MS = 1000;
/** One pixel of each MCU. */
const SAMPLE_STEP = 8;
const GIVE_UP_MS = 60_000;

/** How the page got over a loss, ms. */
export interface Recovery {
  readonly part: Part;
  /** From the kill until the part was up again. */
  readonly downMs: number;
  /** From then until the page showed the desktop again, and as it was at most a second before. */
  readonly blindMs: number;
}

export class WholeProduct {
  readonly #bystanders: Bystanders;

  private constructor(
    private readonly stage: Stage,
    private relay: Program,
    private agent: Program,
    private chromium: KillableBrowser,
    private page: Page,
  ) {
    this.#bystanders = new Bystanders(stage);
  }

  /** Starts everything; resolves once the page shows the desktop. */
  static async start(random: () => number): Promise<WholeProduct> {
    const [stage, chromium] = await Promise.all([setStage(random), startKillableBrowser()]);
    const relay = await newRelay(stage);
    const page = await newPage(stage, chromium);
    const product = new WholeProduct(stage, relay, newAgent(stage), chromium, page);
    if (await product.#current()) return product;
    await product.stop();
    throw new Error("the page never showed the desktop");
  }

  /** Kills a part and starts it again, at once or after so many ms. */
  async lose(part: Part, awayMs = 0): Promise<Recovery> {
    const { moving, random } = this.stage;
    const colour = [random(), random(), random()].map((share) => Math.floor(share * 256));
    const [red = 0, green = 0, blue = 0] = colour;
    const killedAt = performance.now();
    await this.#kill(part);
    const painted = moving.paint([red, green, blue]);
    if (awayMs > 0) await new Promise((resolve) => setTimeout(resolve, awayMs));
    const upAt = await this.#revive(part);
    await painted;
    const shown = await this.#current();
    if (!shown) throw new Error(`the page did not get over the loss of the ${part}`);
    return { part, downMs: upAt - killedAt, blindMs: performance.now() - upAt };
  }

  /** Holds the desktop still, and tells what is not as it should be: in the page, and with the viewers beside it. */
  async wrongs(): Promise<string[]> {
    const { moving } = this.stage;
    moving.rest();
    const wrongs = await eventually(
      async () => [...(await this.#wrongPixels()), ...this.#bystanders.wrongs()],
      (found) => found.length === 0,
    );
    moving.move();
    return wrongs;
  }

  async stop(): Promise<void> {
    this.#bystanders.close();
    await this.chromium.end();
    await this.agent.end("SIGTERM");
    await this.relay.end("SIGTERM");
    await this.stage.moving.stop();
  }

  async #kill(part: Part): Promise<void> {
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

  /** @returns when it was up: listening, sharing, or on its way to the page */
  async #revive(part: Part): Promise<number> {
    if (part === "relay") this.relay = await newRelay(this.stage);
    else if (part === "agent") {
      this.agent = newAgent(this.stage);
      await once(this.agent.process, "message");
    } else {
      this.chromium = await startKillableBrowser();
      const upAt = performance.now();
      this.page = await newPage(this.stage, this.chromium);
      return upAt;
    }
    return performance.now();
  }

  /** Waits until the page shows the desktop, and as it is now. */
  async #current(): Promise<boolean> {
    const { moving } = this.stage;
    return await eventually(
      async () => {
        const shown = await canvasPixels(this.page, SAMPLE_STEP);
        if (!shown || moving.ageMs(shown) > MAX_AGE_MS) return false;
        const due = sampled(await moving.desktop.pixels(), SAMPLE_STEP);
        return psnr(stillPart(due), stillPart(shown)) > ALIKE_DB;
      },
      (is) => is,
      GIVE_UP_MS,
    );
  }

  async #wrongPixels(): Promise<string[]> {
    const shown = await canvasPixels(this.page);
    const db = shown ? psnr(await this.stage.moving.desktop.pixels(), shown) : 0;
    return db > ALIKE_DB ? [] : [`the page is like the desktop by ${db.toFixed(1)} dB only`];
  }
}
