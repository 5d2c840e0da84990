/**
 * A screen on another site's page: the built element and the framed viewer, on a page of another origin; the real relay, agent and Chromium. The
 * first page is docs/embedding.md's example with a different address and token.
 */
import { readFile } from "node:fs/promises";
import type { Browser, FrameLocator, Page } from "playwright-core";
import { afterAll, beforeEach, describe, expect, onTestFinished } from "vitest";
import { canvasPixels } from "./support/browser.ts";
import { VirtualDesktop } from "./support/desktop.ts";
import { barriers } from "./support/every-view.ts";
import { type ForeignPage, foreignPage } from "./support/local-servers.ts";
import { ALIKE_DB, colourCount, psnr } from "./support/pixels.ts";
import { BrowserScene, it } from "./support/test.ts";
import { mint, SECRET } from "./support/tokens.ts";
import { eventually } from "./support/wait.ts";

const SIZE = { width: 800, height: 450 };
const DOCUMENT = new URL("../docs/embedding.md", import.meta.url);

let browser: Browser;
let desktop: VirtualDesktop;
let scene: BrowserScene;
let foreign: ForeignPage;

it.beforeAll(async ({ browser: shared }) => {
  browser = shared;
  desktop = await VirtualDesktop.start(SIZE);
  await desktop.finish("xsetroot", "-solid", "#336699");
  desktop.run(
    ...(["xterm", "-geometry", "60x14+40+40", "-fa", "DejaVu Sans Mono", "-fs", "12"] as const),
    ...(["-bg", "#202428", "-fg", "#d0d4d8", "-e", "sh", "-c"] as const),
    "echo 'Everything is ready.'; printf '\\033[?25l'; sleep 1000",
  );
  const started = await eventually(
    () => desktop.pixels(),
    (pixels) => colourCount(pixels) > 20,
  );
  expect(colourCount(started)).toBeGreaterThan(20);
});
afterAll(async () => {
  await desktop.stop();
});
beforeEach(async () => {
  foreign = await foreignPage();
  onTestFinished(() => foreign.close());
  scene = await BrowserScene.set(browser, { viewport: { width: 1000, height: 760 } });
});

/** Shares the desktop. */
const share = (options: { readonly room?: string; readonly token?: string } = {}) =>
  scene.agent(options.token, ["--room", options.room ?? "main"], desktop.display);

async function open(html: string, headers: ForeignPage["headers"] = {}): Promise<Page> {
  Object.assign(foreign, { html, headers });
  const page = await scene.context.newPage();
  await page.goto(foreign.origin);
  return page;
}

const withElement = (element: string) =>
  `<!doctype html><html lang="en"><title>Embedding</title><main><h1>Embedding</h1>${element}</main>` +
  `<script type="module" src="http://localhost:${scene.port}/embed.js"></script>`;

/** The state that an element reports. */
const stateOf = (page: Page, selector = "screen-share-viewer") =>
  page.locator(selector).evaluate((element) => {
    const { state } = element as unknown as { state?: { state: string; title: string } };
    return state && { ...state };
  });

const becomes = async (page: Page, title: string, selector?: string) => {
  const last = await eventually(
    () => stateOf(page, selector),
    (state) => state?.title === title,
  );
  expect(last?.title).toBe(title);
  return last;
};

const pixelsOf = (page: Page, selector = "screen-share-viewer") => canvasPixels(page, 1, selector);

async function likeness(page: Page, selector?: string): Promise<number> {
  return await eventually(
    async () => {
      const shown = await pixelsOf(page, selector);
      return shown ? psnr(await desktop.pixels(), shown) : 0;
    },
    (db) => db > ALIKE_DB,
  );
}

describe("the element", () => {
  it("from the documentation's example shows the host's pixels and reports its state", async () => {
    await scene.relay({ AUTH_SECRET: SECRET, ALLOWED_ORIGINS: foreign.origin });
    share({ token: await mint({ role: "producer", room: "main" }) });
    const token = await mint({ role: "viewer", room: "main" });
    const words = await readFile(DOCUMENT, "utf8");
    const example = /```html\n(<!doctype html>[\s\S]*?)```/.exec(words)?.[1] ?? "";
    const page = await open(
      example
        .replace("https://screen.example.com", `http://localhost:${scene.port}`)
        .replace("eyJ…", token),
    );
    expect(await likeness(page)).toBeGreaterThan(ALIKE_DB);
    await page.getByText("Live, 1 watching").waitFor();
    expect(await stateOf(page)).toEqual({
      state: "live",
      title: "Live",
      viewers: 1,
      picture: SIZE,
    });
    expect(await barriers(page)).toEqual([]);
    const { SCREENSHOTS: folder } = process.env;
    if (folder) await page.screenshot({ path: `${folder}/embedded-example.png` });
    const inSight = await page.evaluate(() => {
      const viewer = document.querySelector("screen-share-viewer") as HTMLElement & {
        token?: string;
      };
      return [viewer.outerHTML, viewer.shadowRoot?.innerHTML, viewer.token].join();
    });
    expect(inSight).not.toContain(token);
  });

  it("reports why it shows nothing if the relay does not allow the page (P-88)", async () => {
    await scene.relay({ AUTH_SECRET: SECRET, ALLOWED_ORIGINS: "https://somebody.example" });
    const page = await open(withElement("<screen-share-viewer token=x></screen-share-viewer>"));
    const state = await becomes(page, "This page is not allowed to watch");
    expect(state).toMatchObject({ state: "ended" });
    await page.getByText("pages of this origin may not connect").waitFor();
    expect(await barriers(page)).toEqual([]);
  });

  it("reports to its page and to the user that an old browser cannot show the screen", async () => {
    await scene.relay({ AUTH_SECRET: SECRET, ALLOWED_ORIGINS: foreign.origin });
    foreign.html = withElement("<screen-share-viewer></screen-share-viewer>");
    const page = await scene.context.newPage();
    await page.addInitScript(() => {
      // As in Chromium before 92, and before 73.
      Reflect.deleteProperty(Array.prototype, "at");
      Reflect.deleteProperty(window, "CSSStyleSheet");
    });
    await page.goto(foreign.origin);
    const state = await becomes(page, "This browser cannot show the screen");
    expect(state).toMatchObject({ state: "ended", detail: "It lacks ECMAScript 2022." });
    await page.getByText("It lacks ECMAScript 2022.").waitFor();
  });

  it("needs only the relay in a page's policy, and loads in cross-origin isolated pages", async () => {
    await scene.relay({ ALLOWED_ORIGINS: foreign.origin });
    share();
    const page = await open(withElement("<screen-share-viewer></screen-share-viewer>"), {
      "Content-Security-Policy": `default-src 'none'; script-src http://localhost:${scene.port}; connect-src ws://localhost:${scene.port}`,
      "Cross-Origin-Embedder-Policy": "require-corp",
      "Cross-Origin-Opener-Policy": "same-origin",
    });
    expect(await likeness(page)).toBeGreaterThan(ALIKE_DB);
    expect(await page.evaluate(() => crossOriginIsolated)).toBe(true);
    const box = await page.locator("screen-share-viewer").boundingBox();
    expect(box && box.width / box.height).toBeCloseTo(16 / 9, 1);
  });

  it("follows its attributes, leaves the room when it is removed, and can be used several times on a page", async () => {
    await scene.relay({ ALLOWED_ORIGINS: foreign.origin });
    share({ room: "one" });
    const page = await open(
      withElement(
        '<screen-share-viewer id="a" room="one"></screen-share-viewer><screen-share-viewer id="b" room="two" fit="cover"></screen-share-viewer>',
      ),
    );
    expect(await likeness(page, "#a")).toBeGreaterThan(ALIKE_DB);
    await becomes(page, "Waiting for the host", "#b");
    await page.locator("#b").evaluate((element) => element.setAttribute("room", "one"));
    expect(await likeness(page, "#b")).toBeGreaterThan(ALIKE_DB);
    const viewers = () =>
      stateOf(page, "#a").then((state) => (state as { viewers?: number }).viewers);
    expect(await eventually(viewers, (count) => count === 2)).toBe(2);

    await page.locator("#b").evaluate((element) => {
      Object.assign(window, { removed: element });
      element.remove();
    });
    expect(await eventually(viewers, (count) => count === 1)).toBe(1);
    expect(
      await page.evaluate(
        () => (window as unknown as { removed: { state: unknown } }).removed.state,
      ),
    ).toBeUndefined();
    await page.evaluate(() => {
      const { removed } = window as unknown as { removed: Element };
      document.querySelector("main")?.append(removed);
    });
    expect(await likeness(page, "#b")).toBeGreaterThan(ALIKE_DB);

    await page.locator("#a").evaluate((element) => element.setAttribute("room", "a/b"));
    await becomes(page, "This room name is not valid", "#a");
    await page.locator("#a").evaluate((element) => element.setAttribute("relay", "nowhere"));
    await becomes(page, "No such relay", "#a");
    await page.locator("#a").evaluate((element) => {
      element.removeAttribute("relay");
      element.removeAttribute("room");
    });
    await becomes(page, "Waiting for the host", "#a");
  });

  it("uses a token that was set before its script loaded", async () => {
    await scene.relay({ AUTH_SECRET: SECRET });
    const token = await mint({ role: "viewer", room: "main" });
    const page = await open(
      withElement(
        `<screen-share-viewer></screen-share-viewer><script>document.querySelector("screen-share-viewer").token = "${token}"</script>`,
      ),
    );
    await becomes(page, "Waiting for the host");
  });

  it("does not count as watching while it is scrolled out of view", async () => {
    await scene.relay({ ALLOWED_ORIGINS: foreign.origin });
    const agent = share();
    const page = await open(
      withElement('<screen-share-viewer></screen-share-viewer><div style="height: 300vh"></div>'),
    );
    expect(await likeness(page)).toBeGreaterThan(ALIKE_DB);
    await page.evaluate(() => scrollTo(0, document.body.scrollHeight));
    await agent.until(/nobody is watching/);
    await page.evaluate(() => scrollTo(0, 0));
    await agent.until(/nobody is watching[\s\S]*a viewer is watching/);
  });

  it("reconnects on retry(), and shows no message while all is well", async () => {
    const relay = await scene.relay({ ALLOWED_ORIGINS: foreign.origin });
    share();
    const page = await open(withElement("<screen-share-viewer></screen-share-viewer>"));
    expect(await likeness(page)).toBeGreaterThan(ALIKE_DB);
    await becomes(page, "Live");
    const button = page.getByRole("button", { name: "Retry now" });
    expect(await button.isVisible()).toBe(false);
    await relay.end("SIGKILL");
    await becomes(page, "The connection was lost");
    await button.waitFor();
    expect(await page.locator("canvas").isVisible()).toBe(true);
    await scene.relay({ ALLOWED_ORIGINS: foreign.origin });
    await button.click().catch(() => {}); // it may have reconnected already
    await becomes(page, "Live");
  });
});

describe("the viewer in a frame", () => {
  const framed = (fragment: string) =>
    `<!doctype html><html lang="en"><title>Framing</title><body style="margin:0;background:rgb(0,128,0)">` +
    `<iframe title="The screen" style="border:0;width:1000px;height:300px" src="http://localhost:${scene.port}/${fragment}"></iframe>`;

  async function cornerOf(page: Page, frame: FrameLocator): Promise<readonly number[]> {
    await frame.locator("canvas:visible").waitFor();
    const shot = (await page.screenshot()).toString("base64");
    return await page.evaluate(async (png) => {
      const image = new Image();
      image.src = `data:image/png;base64,${png}`;
      await image.decode();
      const drawn = Object.assign(document.createElement("canvas"), { width: 1, height: 1 });
      const context = drawn.getContext("2d");
      context?.drawImage(image, 0, 0);
      return [...(context?.getImageData(0, 0, 1, 1).data ?? [])].slice(0, 3);
    }, shot);
  }

  it("has a black background, or a transparent one if its link requests that", async () => {
    await scene.relay({ FRAME_ANCESTORS: foreign.origin });
    share();
    const black = await open(framed("#embed=1"));
    expect(await cornerOf(black, black.frameLocator("iframe"))).toEqual([0, 0, 0]);
    const clear = await open(framed("#embed=1&background=transparent"));
    expect(await cornerOf(clear, clear.frameLocator("iframe"))).toEqual([0, 128, 0]);
    const said = clear.frameLocator("iframe").getByTestId("status");
    expect((await said.boundingBox())?.width).toBeLessThanOrEqual(1);
  });

  it("lets the wheel scroll the page around it", async () => {
    await scene.relay({ FRAME_ANCESTORS: foreign.origin });
    share();
    const page = await open(`${framed("#embed=1")}<div style="height:3000px"></div>`);
    const canvas = page.frameLocator("iframe").locator("canvas:visible");
    const before = await canvas.boundingBox();
    await page.mouse.move(500, 150);
    await page.mouse.wheel(0, 100);
    const scrolled = () => page.evaluate(() => scrollY);
    expect(await eventually(scrolled, (y) => y === 100)).toBe(100);
    expect(await canvas.boundingBox()).toMatchObject({ width: before?.width, y: -100 });
  });

  it("is blocked by the browser unless the relay lists the page", async () => {
    await scene.relay({ FRAME_ANCESTORS: "https://somebody.example" });
    const refused = scene.context.waitForEvent("console", (message) =>
      /frame-ancestors/.test(message.text()),
    );
    const page = await open(framed("#embed=1"));
    await refused;
    expect(await page.frameLocator("iframe").locator("canvas").count()).toBe(0);
  });
});
