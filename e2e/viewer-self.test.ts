/** A host opens the link on the shared screen itself: that page reports it, and no other page does. The real relay, agent and Chromium. */
import type { Browser, Page } from "playwright-core";
import { afterAll, describe, expect } from "vitest";
import { VirtualDesktop } from "./support/desktop.ts";
import { freePort } from "./support/ports.ts";
import { type Program, startAgent, startRelay } from "./support/programs.ts";
import { it } from "./support/test.ts";
import { eventually } from "./support/wait.ts";
import { startWindowedBrowser, type WindowedBrowser } from "./support/windowed.ts";

/** A busy machine needs several attempts. */
const LIMIT_MS = 120_000;
const WORDS = "You are looking at your own screen";

let desktop: VirtualDesktop;
let relay: Program;
let agent: Program;
let port: number;
let elsewhere: Browser;
let own: WindowedBrowser;
it.beforeAll(async ({ browser }) => {
  elsewhere = browser;
  desktop = await VirtualDesktop.start({ width: 1280, height: 800 });
  port = await freePort();
  relay = await startRelay(port, { LOG_LEVEL: "error" });
  agent = startAgent({ port, display: desktop.display });
  own = await startWindowedBrowser(desktop);
});
afterAll(async () => {
  await own.close();
  await agent.end("SIGTERM");
  await relay.end("SIGTERM");
  await desktop.stop();
});

/** Records when the page has checked whether the picture contains its own dot. */
function noteTrials(): void {
  const begin = () => {
    let changed = false;
    new MutationObserver(() => {
      const { backgroundColor } = document.querySelector<HTMLElement>("[data-dot]")?.style ?? {};
      if (backgroundColor) changed = true;
      else if (changed) document.documentElement.dataset.tried = "";
    }).observe(document, { subtree: true, attributeFilter: ["style"] });
  };
  if (document.readyState === "loading") document.addEventListener("DOMContentLoaded", begin);
  else begin();
}

const says = async (page: Page) => (await page.getByTestId("status").textContent()) ?? "";

describe("a page on the shared screen", () => {
  it("reports it, while a page elsewhere with the same picture checks and does not", async () => {
    await own.page.goto(`http://localhost:${port}/`);
    const told = await eventually(
      () => says(own.page),
      (words) => words.includes(WORDS),
      LIMIT_MS,
    );
    expect(told).toContain(WORDS);
    expect(told).toContain("Open the link on another device");

    const page = await elsewhere.newPage();
    await page.addInitScript(noteTrials);
    await page.goto(`http://localhost:${port}/`);
    const tried = () => page.evaluate(() => "tried" in document.documentElement.dataset);
    expect(await eventually(tried, (is) => is, LIMIT_MS)).toBe(true);
    expect(await says(page)).not.toContain(WORDS);
  }, 300_000);
});
