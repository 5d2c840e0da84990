/** The statistics panel in a real browser: its figures compared with independent ones, and its sentence with links that really are slow. */
import type { Browser, BrowserContext, Page } from "playwright-core";
import { afterAll, afterEach, beforeEach, describe, expect } from "vitest";
import { ShapedLink } from "./support/link.ts";
import { MovingDesktop } from "./support/moving-desktop.ts";
import { takeHandingOverAway } from "./support/other-browser.ts";
import { freePort } from "./support/ports.ts";
import { type Program, startAgent, startRelay } from "./support/programs.ts";
import { median } from "./support/statistics.ts";
import { it } from "./support/test.ts";
import { mint, SECRET } from "./support/tokens.ts";
import { eventually } from "./support/wait.ts";

const ROOM = "atelier-of-this-test";
const FREE = { bytesPerSecond: Number.POSITIVE_INFINITY, delayMs: 0 } as const;
/** A fifth of what the desktop needs, or less. */
const SLOW = { bytesPerSecond: 60_000, delayMs: 30 } as const;
/** The period that the panel's figures cover. */
const RECENT_MS = 5000;
const PATIENT_MS = 45_000;
const TIMEOUT_MS = 90_000;

let browser: Browser;
let context: BrowserContext;
let page: Page;
let moving: MovingDesktop;
let relay: Program;
let agent: Program;
let uplink: ShapedLink;
let link: ShapedLink;
let token: string;
/** Errors and warnings in the page's console during a test. */
let complaints: string[] = [];

it.beforeAll(async ({ browser: shared }) => {
  browser = shared;
  const [port, producer] = await Promise.all([freePort(), mint({ role: "producer", room: ROOM })]);
  token = await mint({ role: "viewer", room: ROOM });
  moving = await MovingDesktop.start();
  relay = await startRelay(port, { AUTH_SECRET: SECRET, LOG_LEVEL: "warn" });
  uplink = await ShapedLink.start({ port });
  link = await ShapedLink.start({ port });
  const { display } = moving.desktop;
  const args = ["--fps", "20", "--room", ROOM];
  agent = startAgent({ port: uplink.port, display, args }, { PRODUCER_TOKEN: producer });
});
afterAll(async () => {
  await agent.end("SIGTERM");
  await relay.end("SIGTERM");
  await Promise.all([uplink.stop(), link.stop()]);
  await moving.stop();
});

async function newPage(): Promise<void> {
  context = await browser.newContext({ viewport: { width: 1280, height: 720 } });
  await context.grantPermissions(["clipboard-read", "clipboard-write"]);
  page = await context.newPage();
  page.on("console", (message) => {
    if (message.type() === "error" || message.type() === "warning") complaints.push(message.text());
  });
  page.on("pageerror", (error) => complaints.push(String(error)));
}

beforeEach(() => {
  complaints = [];
});
afterEach(() => {
  for (const each of [link, uplink]) each.set({ up: FREE, down: FREE });
  moving.move();
  expect(complaints).toEqual([]);
});

async function open(options = ""): Promise<void> {
  await page.goto(`http://localhost:${link.port}/#room=${ROOM}&token=${token}${options}`);
  await eventually(
    () => page.getByTestId("screen").getAttribute("data-updates"),
    (updates) => Number(updates) > 0,
    PATIENT_MS,
  );
}

const panel = () => page.getByTestId("statistics");

/** Waits until the sentence is of this kind, and returns it. */
async function says(kind: string): Promise<string> {
  const said = await eventually(
    async () => ({
      kind: await panel().getAttribute("data-bottleneck"),
      words: (await page.getByTestId("bottleneck").textContent()) ?? "",
    }),
    (now) => now.kind === kind,
    PATIENT_MS,
  );
  expect(said).toMatchObject({ kind });
  return said.words;
}

/** The first number in the table's row of this name, in ms, B/s, or without a unit. */
async function figure(name: string): Promise<number> {
  const header = page.getByRole("rowheader", { name, exact: true });
  const row = panel().getByRole("row").filter({ has: header });
  return numberIn((await row.getByRole("cell").textContent()) ?? "");
}

const UNITS: Readonly<Record<string, number>> = { s: 1000, KB: 1000, MB: 1_000_000 };

function numberIn(text: string): number {
  const [, digits = "", unit = ""] = /([\d.]+) ?([A-Za-z]*)/.exec(text) ?? [];
  return Number(digits) * (UNITS[unit] ?? 1);
}

/** Independent figures from the page and the link, for as long as the panel's figures cover. */
async function watched(): Promise<{ fps: number; bytesPerSecond: number; totalMs: number }> {
  const before = { bytes: link.carried.down, at: performance.now() };
  const totals = await page.evaluate(async (ms) => {
    const canvas = document.querySelector<HTMLElement>('[data-testid="screen"]');
    const found: (number | undefined)[] = [];
    const observer = new MutationObserver(() =>
      found.push(JSON.parse(canvas?.dataset.latency ?? "{}").totalMs),
    );
    if (canvas) observer.observe(canvas, { attributeFilter: ["data-latency"] });
    await new Promise((resolve) => setTimeout(resolve, ms));
    observer.disconnect();
    return found;
  }, RECENT_MS);
  const seconds = (performance.now() - before.at) / 1000;
  return {
    fps: totals.length / seconds,
    bytesPerSecond: (link.carried.down - before.bytes) / seconds,
    totalMs: median(totals.flatMap((ms) => ms ?? [])),
  };
}

describe("one page in changing situations", () => {
  it.beforeAll(async () => {
    await newPage();
    await open("&stats=1");
  });
  afterAll(async () => {
    await context.close();
  });

  it(
    "shows figures that agree with the canvas and the link",
    async () => {
      await says("nothing");
      const alike = async () => {
        const known = await watched();
        const fps = await figure("Frame rate");
        const bytesPerSecond = await figure("Received");
        const totalMs = await figure("Host’s screen to yours");
        return {
          known,
          told: { fps, bytesPerSecond, totalMs },
          off: Math.max(
            Math.abs(fps / known.fps - 1),
            Math.abs(bytesPerSecond / known.bytesPerSecond - 1),
            // Clocks in browsers have a resolution of 1 ms.
            (Math.abs(totalMs - known.totalMs) - 3) / known.totalMs,
          ),
        };
      };
      // Both cover five seconds, but not exactly the same ones, so a stutter of the machine needs another attempt.
      const found = await eventually(alike, ({ off }) => off < 0.2, PATIENT_MS);
      expect(found.off, JSON.stringify(found)).toBeLessThan(0.2);
      expect(await figure("Update size")).toBeGreaterThan(100);
    },
    TIMEOUT_MS,
  );

  it(
    "names a slow link of the viewer, and its rate",
    async () => {
      await says("nothing");
      link.set({ up: SLOW, down: SLOW });
      await says("link");
      const due = (SLOW.bytesPerSecond * 8) / 1_000_000;
      const isRight = (words: string) => Math.abs(numberIn(words) / due - 1) < 0.25;
      const words = await eventually(() => says("link"), isRight);
      expect(words).toMatch(/^Your connection is the limit: [\d.]+ Mbit\/s\.$/);
      expect(isRight(words), words).toBe(true);
      const inPart = () => figure("Partial updates");
      expect(await eventually(inPart, (percent) => percent > 50)).toBeGreaterThan(50);
      const { bytesPerSecond } = await watched();
      expect(Math.abs((await figure("Received")) / bytesPerSecond - 1)).toBeLessThan(0.25);
    },
    2 * TIMEOUT_MS,
  );

  it(
    "names a slow uplink of the host",
    async () => {
      await says("nothing");
      uplink.set({ up: SLOW, down: SLOW });
      expect(await says("uplink")).toMatch(/^The host’s connection is the limit: a picture takes/);
    },
    TIMEOUT_MS,
  );

  it(
    "says that nothing changes, that the tab is hidden, and that the host is gone",
    async () => {
      await says("nothing");
      moving.rest();
      expect(await says("still")).toBe("Nothing is changing on the host’s screen.");
      expect(await figure("Frame rate")).toBe(0);
      for (const state of ["hidden", "visible"]) {
        await page.evaluate((state) => {
          Object.defineProperty(document, "visibilityState", { value: state, configurable: true });
          document.dispatchEvent(new Event("visibilitychange"));
        }, state);
        await says(state === "hidden" ? "hidden" : "still");
        const hiddenMs = () => figure("Tab hidden for");
        expect(await eventually(hiddenMs, (ms) => ms > 0, PATIENT_MS)).toBeGreaterThan(0);
      }
      link.stall();
      link.cut();
      expect(await says("relay")).toBe("There is no connection to the relay.");
      link.flow();
      await says("still");
      expect(await panel().getByRole("row", { name: "Connection lost" }).textContent()).toMatch(
        /once/,
      );
      // The browser logs the loss of the connection.
      complaints = [];
    },
    TIMEOUT_MS,
  );
});

describe("a page of its own", () => {
  beforeEach(newPage);
  afterEach(async () => {
    await context.close();
  });

  it(
    "names a slow device",
    async () => {
      // Browsers can throttle only pages, not workers, so the player runs on the page.
      await page.addInitScript(takeHandingOverAway);
      await open("&stats=1");
      const session = await context.newCDPSession(page);
      await session.send("Emulation.setCPUThrottlingRate", { rate: 20 });
      expect(await says("device")).toMatch(/^This device is the limit: it takes [\d.]+ m?s /);
    },
    TIMEOUT_MS,
  );

  it("leaves the picture to the pointer, and does not move the focus when a link opened it", async () => {
    await open("&stats=1");
    await panel().waitFor();
    const under = await page.evaluate(() => document.elementFromPoint(400, 300)?.tagName);
    expect(under).toBe("CANVAS");
    expect(await page.evaluate(() => document.activeElement?.tagName)).toBe("BODY");
    expect(page.url()).not.toContain(token);
  });

  it("copies everything as text, without the room and its token", async () => {
    await open("&stats=1");
    await page.getByRole("button", { name: "Copy as text" }).click();
    await page.getByText("Copied.").waitFor();
    const text = await page.evaluate(() => navigator.clipboard.readText());
    expect(text).toMatch(/^Screen Share \d+\.\d+\.\d+, statistics of \d{4}-/);
    expect(text).toMatch(/Size 1280×720; Codec jpeg-tiles;/);
    expect(text).toContain(await page.evaluate(() => navigator.userAgent));
    expect(text).not.toMatch(/undefined|NaN|Infinity/);
    for (const secret of [ROOM, token]) expect(text).not.toContain(secret);
  });
});
