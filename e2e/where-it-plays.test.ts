/**
 * The player runs in a worker if the browser supports that, and otherwise on the page. Browsers that lack something are simulated by
 * removing it. In both cases the picture is the host's screen.
 */
import { once } from "node:events";
import { readFile } from "node:fs/promises";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import type { Browser, BrowserContext, Page } from "playwright-core";
import { afterAll, afterEach, beforeEach, describe, expect } from "vitest";
import { likeness, viewerState } from "./support/browser.ts";
import { VirtualDesktop } from "./support/desktop.ts";
import { FIRST_LOAD_MAX_BYTES, firstLoadScripts } from "./support/first-load.ts";
import { takeHandingOverAway } from "./support/other-browser.ts";
import { ALIKE_DB, colourCount } from "./support/pixels.ts";
import { freePort } from "./support/ports.ts";
import { type Program, startAgent, startRelay } from "./support/programs.ts";
import { it } from "./support/test.ts";
import { eventually } from "./support/wait.ts";

const PROGRAM = "**/player/*.js";

let browser: Browser;
let desktop: VirtualDesktop;
let port: number;
let programs: Program[];
let context: BrowserContext;
let page: Page;
/** The scripts that were requested. */
let scripts: string[];

it.beforeAll(async ({ browser: shared }) => {
  browser = shared;
  desktop = await VirtualDesktop.start({ width: 1280, height: 720 });
  await desktop.finish("xsetroot", "-solid", "#336699");
  desktop.run("xterm", "-geometry", "80x24+40+40", "-xrm", "*cursorBlink: false", "-e", "cat");
  await eventually(
    () => desktop.pixels(),
    (pixels) => colourCount(pixels) > 2,
  );
  port = await freePort();
  const relay = await startRelay(port);
  programs = [relay, startAgent({ port, display: desktop.display })];
});
afterAll(async () => {
  for (const program of programs) await program.end("SIGTERM");
  await desktop.stop();
});

beforeEach(async () => {
  context = await browser.newContext();
  page = await context.newPage();
  scripts = [];
  context.on("request", (request) => {
    const { pathname } = new URL(request.url());
    if (pathname.endsWith(".js")) scripts.push(pathname);
  });
});
afterEach(() => context.close());

/** Opens the page and, once it shows the host's picture, returns where the player runs. */
async function placeOfPicture(): Promise<string | null> {
  await page.goto(`http://localhost:${port}/`);
  return await shown();
}

async function shown(): Promise<string | null> {
  expect(await likeness(page, () => desktop.pixels())).toBeGreaterThan(ALIKE_DB);
  expect(await viewerState(page)).toBe("connected");
  return await page.getByTestId("screen").getAttribute("data-player");
}

/** Whether a built script contains the player: nothing else has a store of tiles. */
async function isPlayer(script: string): Promise<boolean> {
  const text = await readFile(new URL(`../apps/viewer/out${script}`, import.meta.url), "utf8");
  // The store's error for an update that it refuses.
  return text.includes("a keyframe lacks tiles");
}

describe("in a browser with workers", () => {
  it("a worker plays; the first load comes first, then the controls, and no other player", async () => {
    expect(await placeOfPicture()).toBe("worker");
    expect(page.workers()).toHaveLength(1);
    await page.getByTestId("controls").waitFor();
    const counted = (await firstLoadScripts()).map(({ path }) => path);
    const [first, later] = [scripts.slice(0, counted.length), scripts.slice(counted.length)];
    expect(new Set(first)).toEqual(new Set(counted));
    // The controls. The player for the page is not loaded.
    expect(later).not.toEqual([]);
    const players: string[] = [];
    for (const script of scripts) if (await isPlayer(script)) players.push(script);
    expect(players).toEqual([expect.stringMatching(/^\/player\//)]);
  });

  it("the worker has the page's policy and reaches only the relay", async () => {
    let asked = 0;
    const elsewhere = createServer((_, response) => {
      asked++;
      response.setHeader("Access-Control-Allow-Origin", "*").end("here");
    }).listen(0, "localhost");
    await once(elsewhere, "listening");
    const url = `http://localhost:${(elsewhere.address() as AddressInfo).port}/`;
    expect(await placeOfPicture()).toBe("worker");
    const [worker] = page.workers();
    const reach = async (address: string) => {
      try {
        return (await fetch(address)).status;
      } catch {
        return "refused";
      }
    };
    expect(await worker?.evaluate(reach, `http://localhost:${port}/healthz`)).toBe(200);
    expect(await worker?.evaluate(reach, url)).toBe("refused");
    expect(asked).toBe(0);
    elsewhere.close();
  });

  it("the page shows the picture again when the worker crashes", async () => {
    expect(await placeOfPicture()).toBe("worker");
    const worker = page.workers()[0] ?? (await page.waitForEvent("worker"));
    await worker.evaluate(() => {
      setTimeout(() => {
        throw new Error("a bug");
      });
    });
    const place = await eventually(
      () => page.getByTestId("screen").getAttribute("data-player"),
      (now) => now === "page",
    );
    expect(place).toBe("page");
    expect(await shown()).toBe("page");
    expect(page.workers()).toHaveLength(0);
  });
});

describe("the page plays itself", () => {
  const absences: readonly [string, () => void][] = [
    ["no Worker", () => Reflect.deleteProperty(window, "Worker")],
    ["no canvas that can be handed over", takeHandingOverAway],
    [
      "a Worker that throws",
      () => {
        Object.assign(window, {
          Worker: class {
            constructor() {
              throw new DOMException("not here", "SecurityError");
            }
          },
        });
      },
    ],
  ];
  it.each(absences)("if there is %s", async (_, takeAway) => {
    await context.addInitScript(takeAway);
    expect(await placeOfPicture()).toBe("page");
  });

  it("if the worker's program does not arrive", async () => {
    await context.route(PROGRAM, (route) => route.abort());
    expect(await placeOfPicture()).toBe("page");
  });

  it("if the worker finds that it has no canvas", async () => {
    await context.route(PROGRAM, async (route) => {
      const response = await route.fetch();
      await route.fulfill({ response, body: `delete OffscreenCanvas;${await response.text()}` });
    });
    expect(await placeOfPicture()).toBe("page");
    expect(page.workers()).toHaveLength(0);
  });
});

it("a page that cannot load its other parts reports that, and a retry completes it", async () => {
  let late = false;
  await context.route("**/*.js", async (route) => {
    late ||= new URL(route.request().url()).pathname.startsWith("/player/");
    await (late ? route.abort() : route.continue());
  });
  await page.goto(`http://localhost:${port}/`);
  const state = await eventually(
    () => viewerState(page),
    (now) => now === "ended",
  );
  expect(state).toBe("ended");
  expect(await page.getByTestId("status").textContent()).toMatch(/could not be loaded/);
  await context.unroute("**/*.js");
  await page.getByRole("button", { name: "Reload the page" }).click();
  expect(await shown()).toBe("worker");
});

it("the picture shows without the controls, with a message; they load as soon as possible", async () => {
  const first = new Set((await firstLoadScripts()).map(({ path }) => path));
  await context.route("**/*.js", async (route) => {
    const { pathname } = new URL(route.request().url());
    await (first.has(pathname) ? route.continue() : route.abort());
  });
  expect(await placeOfPicture()).toBe("worker");
  expect(scripts.length).toBeGreaterThan(first.size);
  expect(await page.getByTestId("controls").count()).toBe(0);
  await page.getByText("The controls could not be loaded yet.").waitFor();
  await context.unroute("**/*.js");
  await page.getByTestId("controls").waitFor();
});

it("the JavaScript of the first load stays within its budget", async () => {
  const total = (await firstLoadScripts()).reduce((sum, { gzipBytes }) => sum + gzipBytes, 0);
  expect(total).toBeGreaterThan(0);
  expect(total).toBeLessThanOrEqual(FIRST_LOAD_MAX_BYTES);
});
