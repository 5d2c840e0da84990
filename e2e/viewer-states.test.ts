/**
 * What the page says while hosts and relays come and go: the real relay, the real agent, Chromium. Every state is looked at in every
 * size, light and dark, with and without a picture (support/gallery.ts).
 */
import type { Browser, BrowserContext, Page } from "playwright-core";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { WebSocket } from "ws";
import { canvasColour, startBrowser } from "./support/browser.ts";
import { forwardingProxy } from "./support/forwarding-proxy.ts";
import { hang } from "./support/gallery.ts";
import { freePort, type Program, startAgent, startRelay } from "./support/programs.ts";
import { mint, SECRET } from "./support/tokens.ts";
import { eventually } from "./support/wait.ts";

const PLACE = { x: 5, y: 5 };
/** So many attempts without a valid token an address has (P-86). */
const ATTEMPTS = 20;

let browser: Browser;
let context: BrowserContext;
let port: number;
const endings: (() => Promise<unknown> | unknown)[] = [];

beforeAll(async () => {
  browser = await startBrowser();
});
afterAll(() => browser.close());
beforeEach(async () => {
  port = await freePort();
  context = await browser.newContext();
  endings.push(() => context.close());
});
afterEach(async () => {
  for (const end of endings.splice(0).reverse()) await end();
});

async function relayWith(env: Record<string, string> = {}): Promise<Program> {
  const relay = await startRelay(port, { LOG_LEVEL: "error", ...env });
  endings.push(() => relay.end("SIGKILL"));
  return relay;
}

function agentWith(token?: string): Program {
  const env = token === undefined ? undefined : { PRODUCER_TOKEN: token };
  const agent = startAgent({ port, args: ["--source", "test"] }, env);
  endings.push(() => agent.end("SIGKILL"));
  return agent;
}

async function open(fragment = "", at = port): Promise<Page> {
  const page = await context.newPage();
  await page.goto(`http://localhost:${at}/${fragment}`);
  return page;
}

const status = (page: Page) => page.getByTestId("status");

/** Waits until the page says so, and gives all that it says then. */
async function says(page: Page, title: string): Promise<string> {
  const words = async () => (await status(page).textContent()) ?? "";
  const said = await eventually(words, (text) => text.startsWith(title));
  expect(said.slice(0, title.length)).toBe(title);
  return said;
}

const isPainted = (page: Page) =>
  eventually(
    () => canvasColour(page, PLACE),
    (colour) => colour !== undefined,
  );

it("a host that comes, pauses by being lost, stops and comes again", async () => {
  await relayWith();
  const page = await open();
  const waits = await says(page, "Waiting for the host");
  expect(waits).toContain(`pnpm capture --server ws://localhost:${port}`);
  await page.getByText("only you are waiting").waitFor();
  expect(await hang(page, "waiting")).toEqual([]);
  await context.grantPermissions(["clipboard-read", "clipboard-write"]);
  await page.getByRole("button", { name: "Copy the command" }).click();
  await page.getByText("Copied").waitFor();
  expect(await page.evaluate(() => navigator.clipboard.readText())).toBe(
    `pnpm capture --server ws://localhost:${port}`,
  );

  const first = agentWith();
  await says(page, "Live");
  // Dark from the first moment on, though the system is light and the page before it was.
  const box = page.locator(".notice-box");
  expect(await box.evaluate((pill) => getComputedStyle(pill).backgroundColor)).toMatch(
    /^rgba\(23, /,
  );
  expect(await isPainted(page)).toBeDefined();
  await page.getByText("only you are watching").waitFor({ state: "attached" });
  expect(await page.title()).toBe("Live · Screen Share");
  expect(await hang(page, "live")).toEqual([]);
  const second = await open();
  await says(second, "Live");
  await page.getByText("2 watching").waitFor({ state: "attached" });
  await second.close();

  await first.end("SIGKILL");
  const lost = await says(page, "The host is offline");
  expect(lost).toMatch(/picture from \d+ s ago/);
  expect(await page.getByTestId("screen").isVisible()).toBe(true);
  expect(await hang(page, "host-offline")).toEqual([]);

  const again = agentWith();
  await says(page, "Live");
  expect(await again.end("SIGTERM")).toBe(0);
  const stopped = await says(page, "The host has stopped sharing");
  expect(stopped).toContain("pnpm capture");
  // A clean stop clears the store, here too (P-37).
  expect(await page.getByTestId("screen").isVisible()).toBe(false);
  expect(await hang(page, "host-stopped")).toEqual([]);
  // Whoever comes only now is told the same.
  await says(await open(), "The host has stopped sharing");

  agentWith();
  await says(page, "Live");
  expect(await isPainted(page)).toBeDefined();
  expect(await page.getByTestId("screen").isVisible()).toBe(true);
});

it("a relay that is lost, a network that is gone, and both back", async () => {
  const relay = await relayWith();
  agentWith();
  const page = await open();
  await says(page, "Live");
  expect(await isPainted(page)).toBeDefined();

  await relay.end("SIGKILL");
  const lost = await says(page, "The connection was lost");
  expect(lost).toContain("The last picture stays");
  await page.getByText(/Trying again in \d s/).waitFor();
  expect(lost).toMatch(/picture from \d+ s ago/);
  expect(await page.getByTestId("screen").isVisible()).toBe(true);
  expect(await hang(page, "lost")).toEqual([]);

  await context.setOffline(true);
  await says(page, "You are offline");
  expect(await hang(page, "browser-offline")).toEqual([]);
  await context.setOffline(false);
  await says(page, "The connection was lost");

  await relayWith();
  await says(page, "Live");
});

it("a relay that is told to stop says so, and is found again", async () => {
  const relay = await relayWith();
  agentWith();
  const page = await open();
  await says(page, "Live");
  await relay.end("SIGTERM");
  await says(page, "The relay is restarting");
  // The first try finds nobody, which is no news: after it the wait is more than a second.
  await page.getByText(/Trying again in [2-4] s/).waitFor();
  await says(page, "The relay is restarting");
  await relayWith();
  await says(page, "Live");
});

it("a full room lets somebody in as soon as another leaves", async () => {
  await relayWith({ MAX_VIEWERS_PER_ROOM: "1" });
  const first = await open();
  await says(first, "Waiting for the host");
  const second = await open();
  expect(await says(second, "The room is full")).toContain("You are let in when somebody leaves.");
  expect(await hang(second, "room-full")).toEqual([]);
  await first.close();
  await says(second, "Waiting for the host");
});

describe("a relay with a secret", () => {
  const viewer = (expiresAt?: number) =>
    mint({ role: "viewer", room: "main", ...(expiresAt === undefined ? {} : { expiresAt }) });
  const field = (page: Page) => page.getByLabel("Link or room name");

  beforeEach(async () => {
    await relayWith({ AUTH_SECRET: SECRET, TRUST_PROXY: "x-forwarded-for" });
  });

  it("at its bare address asks for the link, and takes one that is pasted, token and all", async () => {
    const page = await open();
    await says(page, "Open a shared screen");
    expect(await hang(page, "join")).toEqual([]);
    const token = await viewer();

    await field(page).fill("what is this/");
    await field(page).press("Enter");
    await page.getByRole("alert").getByText("neither a link nor a room").waitFor();

    await field(page).fill(`https://other.example/#room=main&token=${token}`);
    await page.getByRole("button", { name: "Open" }).click();
    const elsewhere = page.getByRole("link", { name: "Open it at other.example" });
    expect(await elsewhere.getAttribute("href")).toContain("https://other.example/#");
    await says(page, "Open a shared screen");

    await field(page).fill(`http://localhost:${port}/#room=main&token=${token}`);
    await field(page).press("Enter");
    const waits = await says(page, "Waiting for the host");
    expect(waits).toContain("PRODUCER_TOKEN");
    expect(page.url()).toBe(`http://localhost:${port}/#room=main`);
    const history = await page.evaluate(() => document.documentElement.outerHTML + location.href);
    expect(history).not.toContain(token);
    await page.reload();
    await says(page, "Waiting for the host");
  });

  it("takes another link for the same room in place of one that has expired", async () => {
    const page = await open(`#token=${await viewer(Date.now() - 60_000)}`);
    expect(await says(page, "This link has expired")).toContain("Ask whoever shares the screen");
    expect(await hang(page, "link-expired")).toEqual([]);
    await field(page).fill(`#token=${await viewer()}`);
    await field(page).press("Enter");
    await says(page, "Waiting for the host");
  });

  it("leads back to the room of last time, in a tab that has nothing else of it", async () => {
    const token = await mint({ role: "viewer", room: "demo" });
    const page = await open(`#room=demo&token=${token}`);
    await says(page, "Waiting for the host");
    const fresh = await open();
    await says(fresh, "Open a shared screen");
    const last = fresh.getByRole("link", { name: "the room “demo”" });
    expect(await last.getAttribute("href")).toBe("#room=demo");
    const stored = await fresh.evaluate(() => JSON.stringify(Object.entries(localStorage)));
    expect(stored).toContain("demo");
    expect(stored).not.toContain(token);
  });

  it("says that a link is for another room, or is none", async () => {
    const other = await mint({ role: "viewer", room: "other" });
    const page = await open(`#room=main&token=${other}`);
    await says(page, "This link is for another room");
    expect(await hang(page, "wrong-link")).toEqual([]);
    await says(await open("#token=a.b.c"), "This link does not work");
  });

  it("puts out who watches when the link expires, and takes the picture down", async () => {
    agentWith(await mint({ role: "producer", room: "main" }));
    const page = await open(`#token=${await viewer(Date.now() + 4000)}`);
    expect(await isPainted(page)).toBeDefined();
    await says(page, "This link has expired");
    expect(await page.getByTestId("screen").isVisible()).toBe(false);
  });

  it("tells too many attempts from a full room (P-86)", async () => {
    const proxy = await forwardingProxy(port, "203.0.113.9");
    endings.push(() => proxy.close());
    const attempt = () =>
      new Promise<number>((resolve) => {
        const headers = { Authorization: "Bearer a.b.c" };
        const socket = new WebSocket(`ws://localhost:${proxy.port}/ws/viewer`, { headers });
        socket.on("close", resolve);
        socket.on("error", () => {});
      });
    const page = await open("", proxy.port);
    await says(page, "Open a shared screen");
    await field(page).fill("#token=a.b.c");
    // Nothing is left of what this address has, and it takes 2 s until there is again.
    const codes = await Promise.all(Array.from({ length: ATTEMPTS + 5 }, attempt));
    expect(codes).toContain(4429);
    await field(page).press("Enter");
    expect(await says(page, "Too many attempts")).toContain("ask for a new one");
    await says(page, "This link does not work");
  });
});

describe("a page that knows several relays", () => {
  let others: number;
  beforeEach(async () => {
    await relayWith();
    others = await freePort();
    const other = await startRelay(others, {
      LOG_LEVEL: "error",
      ALLOWED_ORIGINS: `http://localhost:${port}`,
    });
    endings.push(() => other.end("SIGKILL"));
    await context.close();
    // As if it had been built for them: the policy is that of the build, which knows only the first.
    context = await browser.newContext({ bypassCSP: true });
    endings.push(() => context.close());
    await context.addInitScript(
      (list) => Object.assign(window, { process: { env: { NEXT_PUBLIC_RELAY_URL: list } } }),
      `ws://localhost:${port},ws://localhost:${others}`,
    );
  });

  it("asks which one is meant at its bare address, and at no link", async () => {
    const dialled: string[] = [];
    context.on("page", (page) => page.on("websocket", (socket) => dialled.push(socket.url())));
    const page = await open();
    await says(page, "Open a shared screen");
    expect(await hang(page, "choose")).toEqual([]);
    expect(dialled).toEqual([]);
    await page.getByLabel("Relay").selectOption(`ws://localhost:${others}`);
    await page.getByLabel("Link or room name").fill("demo");
    await page.getByRole("button", { name: "Open" }).click();
    expect(await says(page, "Waiting for the host")).toContain(`ws://localhost:${others}`);
    expect(page.url()).toMatch(/#room=demo&relay=ws:\/\/localhost:\d+$/);
    expect(dialled).toEqual([`ws://localhost:${others}/ws/viewer`]);

    // Another link in the same tab: another relay, in another player.
    await page.goto(`http://localhost:${port}/#room=demo`);
    await page.getByText(`--server ws://localhost:${port}`).waitFor();
    expect(dialled.at(-1)).toBe(`ws://localhost:${port}/ws/viewer`);
    const fresh = await open();
    await fresh.getByRole("link", { name: "the room “demo”" }).waitFor();
  });

  it("gives a token to the relay that its link names, and to no other", async () => {
    const heard: string[] = [];
    context.on("page", (page) =>
      page.on("websocket", (socket) =>
        socket.on("framesent", ({ payload }) => heard.push(`${socket.url()} ${payload}`)),
      ),
    );
    const page = await open(`#relay=ws://localhost:${others}&room=main&token=a.b.c`);
    await says(page, "Waiting for the host");
    await page.goto(`http://localhost:${port}/#room=main`);
    await page.getByText(`--server ws://localhost:${port}`).waitFor();
    const hellos = heard.filter((text) => text.includes("hello"));
    expect(hellos).toEqual([
      `ws://localhost:${others}/ws/viewer {"type":"hello","room":"main","token":"a.b.c"}`,
      `ws://localhost:${port}/ws/viewer {"type":"hello","room":"main"}`,
    ]);
  });
});

describe("an embedded page", () => {
  it("shows the picture and nothing else, but says what is wrong", async () => {
    await relayWith();
    const page = await open("#embed=1");
    await says(page, "Waiting for the host");
    expect(await status(page).isVisible()).toBe(true);
    const agent = agentWith();
    expect(await isPainted(page)).toBeDefined();
    await says(page, "Live");
    expect(await status(page).isVisible()).toBe(false);
    expect(await hang(page, "embedded")).toEqual([]);
    await agent.end("SIGKILL");
    await says(page, "The host is offline");
    expect(await status(page).isVisible()).toBe(true);
  });
});
