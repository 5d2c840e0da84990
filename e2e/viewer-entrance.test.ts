/**
 * How viewers get in, and what they read if they cannot: links, tokens, the form for a token, the last room, several relays. The
 * real relay and Chromium.
 */
import type { Browser, Page } from "playwright-core";
import { beforeEach, describe, expect, onTestFinished } from "vitest";
import { WebSocket } from "ws";
import { problemsInEveryView } from "./support/every-view.ts";
import { rewritingProxy } from "./support/local-servers.ts";
import { freePort } from "./support/ports.ts";
import { BrowserScene, isPainted, it, says, statusOf } from "./support/test.ts";
import { mint, SECRET } from "./support/tokens.ts";
import { eventually } from "./support/wait.ts";

/** How many attempts without a valid token an address has (P-86). */
const ATTEMPTS = 20;
const REQUEST_LINE = /^(?:GET|HEAD) [^\r\n]* HTTP\/1\.1\r\n/;
/** The longest lifetime tried for a link that must expire while its viewer is watching. */
const LONGEST_MS = 16_000;

let browser: Browser;
let scene: BrowserScene;
it.beforeAll(({ browser: shared }) => {
  browser = shared;
});

describe("a relay with a secret", () => {
  const viewer = (expiresAt?: number) =>
    mint({ role: "viewer", room: "main", ...(expiresAt === undefined ? {} : { expiresAt }) });
  const field = (page: Page) => page.getByLabel("Link or room name");

  beforeEach(async () => {
    scene = await BrowserScene.set(browser);
    await scene.relay({ AUTH_SECRET: SECRET, TRUST_PROXY: "x-forwarded-for" });
  });

  it("asks for the link at its bare address, and accepts a pasted one with its token", async () => {
    const page = await scene.open();
    await says(page, "Open a shared screen");
    expect(await problemsInEveryView(page, "join")).toEqual([]);
    const token = await viewer();

    await field(page).fill("what is this/");
    await field(page).press("Enter");
    await page.getByRole("alert").getByText("neither a link nor a room").waitFor();

    await field(page).fill(`https://other.example/#room=main&token=${token}`);
    await page.getByRole("button", { name: "Open" }).click();
    const elsewhere = page.getByRole("link", { name: "Open it at other.example" });
    expect(await elsewhere.getAttribute("href")).toContain("https://other.example/#");
    await says(page, "Open a shared screen");

    await field(page).fill(`http://localhost:${scene.port}/#room=main&token=${token}`);
    await field(page).press("Enter");
    const waits = await says(page, "Waiting for the host");
    expect(waits).toContain("PRODUCER_TOKEN");
    expect(page.url()).toBe(`http://localhost:${scene.port}/#room=main`);
    const history = await page.evaluate(() => document.documentElement.outerHTML + location.href);
    expect(history).not.toContain(token);
    await page.reload();
    await says(page, "Waiting for the host");
  });

  it("ignores keys while there is nothing to watch", async () => {
    const page = await scene.open("#room=main&token=a.b.c");
    await says(page, "This link does not work");
    const asked = await page.evaluate(() => {
      const keys = ["i", "?", "c", "f", "1", "s"];
      return keys.filter((key) => {
        const press = new KeyboardEvent("keydown", { key, cancelable: true, bubbles: true });
        return !document.body.dispatchEvent(press);
      });
    });
    expect(asked).toEqual([]);
  });

  it("accepts another link for the same room after one has expired", async () => {
    const page = await scene.open(`#token=${await viewer(Date.now() - 60_000)}`);
    expect(await says(page, "This link has expired")).toContain(
      "Ask the person sharing the screen",
    );
    expect(await problemsInEveryView(page, "link-expired")).toEqual([]);
    await field(page).fill(`#token=${await viewer()}`);
    await field(page).press("Enter");
    await says(page, "Waiting for the host");
  });

  it("leads back to the last room in a new tab", async () => {
    const token = await mint({ role: "viewer", room: "demo" });
    const page = await scene.open(`#room=demo&token=${token}`);
    await says(page, "Waiting for the host");
    const fresh = await scene.open();
    await says(fresh, "Open a shared screen");
    const last = fresh.getByRole("link", { name: "the room “demo”" });
    expect(await last.getAttribute("href")).toBe("#room=demo");
    const stored = await fresh.evaluate(() => JSON.stringify(Object.entries(localStorage)));
    expect(stored).toContain("demo");
    expect(stored).not.toContain(token);
  });

  it("reports that a link is for another room, or is not a link", async () => {
    const other = await mint({ role: "viewer", room: "other" });
    const page = await scene.open(`#room=main&token=${other}`);
    await says(page, "This link is for another room");
    expect(await problemsInEveryView(page, "wrong-link")).toEqual([]);
    await says(await scene.open("#token=a.b.c"), "This link does not work");
  });

  it("disconnects viewers when the link expires, and removes the picture", async () => {
    scene.agent(await mint({ role: "producer", room: "main" }));
    // On a busy machine the link may expire before the picture appears. Then a longer lifetime is tried.
    let page: Page;
    let painted: Awaited<ReturnType<typeof isPainted>>;
    let lifetimeMs = 2000;
    do {
      lifetimeMs *= 2;
      page = await scene.open(`#token=${await viewer(Date.now() + lifetimeMs)}`);
      painted = await isPainted(page, lifetimeMs);
    } while (painted === undefined && lifetimeMs < LONGEST_MS);
    expect(painted).toBeDefined();
    await says(page, "This link has expired");
    expect(await page.getByTestId("screen").isVisible()).toBe(false);
  });

  it("distinguishes too many attempts from a full room (P-86)", async () => {
    const proxy = await rewritingProxy(scene.port, (packet) =>
      packet.replace(REQUEST_LINE, "$&X-Forwarded-For: 203.0.113.9\r\n"),
    );
    onTestFinished(() => proxy.close());
    const attempt = () =>
      new Promise<number>((resolve) => {
        const headers = { Authorization: "Bearer a.b.c" };
        const socket = new WebSocket(`ws://localhost:${proxy.port}/ws/viewer`, { headers });
        socket.on("close", resolve);
        socket.on("error", () => {});
      });
    // When its attempts are used up, the address gets the next one after 2 s. A busy machine may try too late.
    const tryOnce = async () => {
      const page = await scene.open("", proxy.port);
      await says(page, "Open a shared screen");
      await field(page).fill("#token=a.b.c");
      const codes = await Promise.all(Array.from({ length: ATTEMPTS + 5 }, attempt));
      expect(codes).toContain(4429);
      await field(page).press("Enter");
      await page
        .getByText(/Too many attempts|This link does not work/)
        .first()
        .waitFor();
      return { page, words: (await statusOf(page).textContent()) ?? "" };
    };
    const { page, words } = await eventually(tryOnce, ({ words }) => words.startsWith("Too many"));
    expect(words).toMatch(/^Too many attempts.*ask for a new one/);
    await says(page, "This link does not work");
  });
});

describe("a page that knows several relays", () => {
  let others: number;
  beforeEach(async () => {
    // As if the page had been built for both relays. Its policy is the build's, which allows only the first.
    scene = await BrowserScene.set(browser, { bypassCSP: true });
    await scene.relay();
    others = await freePort();
    await scene.relay({ ALLOWED_ORIGINS: `http://localhost:${scene.port}` }, others);
    await scene.context.addInitScript(
      (list) => Object.assign(window, { process: { env: { NEXT_PUBLIC_RELAY_URL: list } } }),
      `ws://localhost:${scene.port},ws://localhost:${others}`,
    );
  });

  it("asks for the relay at its bare address, but not for a link", async () => {
    const dialled: string[] = [];
    scene.context.on("page", (page) =>
      page.on("websocket", (socket) => dialled.push(socket.url())),
    );
    const page = await scene.open();
    await says(page, "Open a shared screen");
    expect(await problemsInEveryView(page, "choose")).toEqual([]);
    expect(dialled).toEqual([]);
    await page.getByLabel("Relay").selectOption(`ws://localhost:${others}`);
    await page.getByLabel("Link or room name").fill("demo");
    await page.getByRole("button", { name: "Open" }).click();
    expect(await says(page, "Waiting for the host")).toContain(`ws://localhost:${others}`);
    expect(page.url()).toMatch(/#room=demo&relay=ws:\/\/localhost:\d+$/);
    expect(dialled).toEqual([`ws://localhost:${others}/ws/viewer`]);

    // Another link in the same tab leads to another relay, in another player.
    await page.goto(`http://localhost:${scene.port}/#room=demo`);
    await page.getByText(`--server ws://localhost:${scene.port}`).waitFor();
    expect(dialled.at(-1)).toBe(`ws://localhost:${scene.port}/ws/viewer`);
    const fresh = await scene.open();
    await fresh.getByRole("link", { name: "the room “demo”" }).waitFor();
  });

  it("sends a token only to the relay that its link names", async () => {
    const heard: string[] = [];
    scene.context.on("page", (page) =>
      page.on("websocket", (socket) =>
        socket.on("framesent", ({ payload }) => heard.push(`${socket.url()} ${payload}`)),
      ),
    );
    const page = await scene.open(`#relay=ws://localhost:${others}&room=main&token=a.b.c`);
    await says(page, "Waiting for the host");
    await page.goto(`http://localhost:${scene.port}/#room=main`);
    await page.getByText(`--server ws://localhost:${scene.port}`).waitFor();
    const hellos = heard.filter((text) => text.includes("hello"));
    expect(hellos).toEqual([
      `ws://localhost:${others}/ws/viewer {"type":"hello","room":"main","token":"a.b.c"}`,
      `ws://localhost:${scene.port}/ws/viewer {"type":"hello","room":"main"}`,
    ]);
  });

  it("goes to the default room of the relay that the link names, with the link's options", async () => {
    const page = await scene.open(`#room=a/b&relay=ws://localhost:${others}&stats=1`);
    await says(page, "This room name is not valid");
    await page.getByRole("link", { name: "Go to the room “main”" }).click();
    await page.getByText(`--server ws://localhost:${others}`).waitFor();
    expect(new URL(page.url()).hash).toBe(`#room=main&relay=ws://localhost:${others}&stats=1`);
  });

  it("remembers after a reload where a token without other fields led", async () => {
    const page = await scene.open("#token=a.b.c");
    await says(page, "Waiting for the host");
    expect(new URL(page.url()).hash).toBe("");
    await page.reload();
    await says(page, "Waiting for the host");
  });
});
