/** Rare states of the page, each produced by a stand-in relay and looked at in every size. */
import { CLOSE, CLOSINGS, closeMeaning, encodeControl } from "@screen-share/protocol";
import type { Browser, BrowserContext, Page } from "playwright-core";
import { describe, expect, onTestFinished } from "vitest";
import { openViewer } from "./support/browser.ts";
import { problemsInEveryView } from "./support/every-view.ts";
import { letIn, StandInRelay, turnAway, turnAwayFor } from "./support/stand-in-relay.ts";
import { median } from "./support/statistics.ts";
import { it } from "./support/test.ts";
import { eventually } from "./support/wait.ts";

let browser: Browser;
it.beforeAll(({ browser: shared }) => {
  browser = shared;
});

interface Problem {
  /** The name of its screenshots. */
  readonly name: string;
  readonly title: RegExp;
  /** The actions that it offers. */
  readonly offers?: RegExp;
  readonly greet?: StandInRelay["greet"];
  readonly upgrades?: StandInRelay["upgrades"];
  readonly fragment?: string;
  /** Changes the page and its worker before their scripts run. */
  readonly before?: () => void;
}

const live = { type: "producer", state: "live", since: 0 } as const;
const RETRY = /Retry now/;
const ASK = /Link or room name/;

const PROBLEMS: readonly Problem[] = [
  { name: "connecting", title: /^Connecting…/, upgrades: "unanswered" },
  { name: "live-unseen", title: /^The host is live/, greet: letIn(live) },
  { name: "paused", title: /^The host has paused/, greet: letIn({ ...live, state: "paused" }) },
  { name: "unreachable", title: /^The relay cannot be reached/, upgrades: "cut", offers: RETRY },
  {
    name: "restarting",
    title: /^The relay is restarting/,
    greet: turnAway(CLOSE.restarting, closeMeaning(CLOSE.restarting).meaning),
    offers: RETRY,
  },
  {
    name: "relay-full",
    title: /^The relay is full/,
    greet: turnAwayFor("relay-full", ": it has 1000 rooms at most"),
    offers: RETRY,
  },
  {
    name: "throttled",
    title: /^Too many attempts/,
    greet: turnAwayFor("too-many-attempts", " without a valid token"),
    offers: RETRY,
  },
  {
    name: "silent",
    title: /^The relay has gone silent/,
    greet: turnAway(CLOSE.silent),
    offers: RETRY,
  },
  {
    name: "garbled",
    title: /page and the relay are incompatible/,
    greet: (socket) => socket.send(encodeControl({ ...live, state: "gone" as "live" })),
    offers: /Reload the page/,
  },
  {
    name: "incompatible",
    title: /^The relay refuses this page/,
    greet: turnAway(CLOSE.protocolError, "a control message is invalid"),
    offers: /Reload the page/,
  },
  {
    name: "wrong-page",
    title: /^This page is not allowed to watch/,
    greet: turnAway(CLOSE.forbidden, "pages of this origin may not connect"),
    offers: RETRY,
  },
  {
    name: "relay-without-typed-reasons",
    title: /^This link does not work/,
    greet: turnAway(CLOSE.unauthorized, CLOSINGS.expired.text),
    fragment: "#token=a.b.c",
    offers: ASK,
  },
  {
    name: "close-frame-lost",
    title: /^This link has expired/,
    greet: (socket) => {
      socket.send(encodeControl({ type: "closing", reason: "expired" }));
      setTimeout(() => socket.terminate(), 50);
    },
    fragment: "#token=a.b.c",
    offers: ASK,
  },
  { name: "room-name", title: /^This room name is not valid/, fragment: "#room=a/b", offers: ASK },
  {
    name: "unknown-relay",
    title: /^This link leads to a relay that this page does not know/,
    fragment: "#relay=wss://other.example&token=a.b.c",
    offers: ASK,
  },
  {
    name: "blocked",
    title: /^The browser blocked the connection/,
    before: () => {
      // As browsers do for ws: on a page that was loaded over https.
      globalThis.WebSocket = class extends WebSocket {
        constructor() {
          throw new DOMException("insecure", "SecurityError");
          // biome-ignore lint/correctness/noUnreachable: a class that extends another must call it
          super("");
        }
      };
    },
    offers: RETRY,
  },
  {
    name: "unloaded",
    title: /^Part of this page could not be loaded or started/,
    before: () => {
      Object.assign(globalThis, { Worker: undefined });
      HTMLCanvasElement.prototype.getContext = () => null;
    },
    offers: /Reload the page/,
  },
  {
    name: "unsupported",
    title: /^This browser cannot show the screen/,
    before: () => Object.assign(globalThis, { createImageBitmap: undefined }),
  },
];

async function openOn(problem: Problem): Promise<{ page: Page; relay: StandInRelay }> {
  const relay = await StandInRelay.start(problem.greet);
  onTestFinished(() => relay.stop());
  relay.upgrades = problem.upgrades ?? "accepted";
  const context = await browser.newContext();
  onTestFinished(() => context.close());
  if (problem.before) await arrange(context, problem.before);
  const page = await context.newPage();
  await page.goto(`http://localhost:${relay.port}/${problem.fragment ?? ""}`);
  return { page, relay };
}

/** Runs this before any other script, in the page and in its worker. */
async function arrange(context: BrowserContext, before: () => void): Promise<void> {
  await context.addInitScript(before);
  await context.route("**/player/*.js", async (route) => {
    const response = await route.fetch();
    await route.fulfill({ response, body: `(${before})();${await response.text()}` });
  });
}

const words = async (page: Page) => (await page.getByTestId("status").textContent()) ?? "";

describe("the page explains what is wrong, and what to do next", () => {
  for (const problem of PROBLEMS) {
    it(`where it is “${problem.name}”`, async () => {
      const { page } = await openOn(problem);
      expect(
        await eventually(
          () => words(page),
          (said) => problem.title.test(said),
        ),
      ).toMatch(problem.title);
      const { offers = problem.title } = problem;
      // The field for a link is loaded when it is needed.
      const all = await eventually(
        () => words(page),
        (said) => offers.test(said),
      );
      expect(all).toMatch(offers);
      expect(await problemsInEveryView(page, problem.name)).toEqual([]);
    });
  }
});

it("a link to a relay that the page does not know is not followed: nothing is dialled, and its token is discarded", async () => {
  const problem = PROBLEMS.find(({ name }) => name === "unknown-relay");
  const { page, relay } = await openOn(problem ?? { name: "", title: /./ });
  const dialled: string[] = [];
  page.on("websocket", (socket) => dialled.push(socket.url()));
  await page.reload();
  await page.getByText("does not know").waitFor();
  expect(dialled).toEqual([]);
  expect(relay.hellos).toEqual([]);
  const left = await page.evaluate(() =>
    JSON.stringify([location.href, Object.entries(sessionStorage), Object.entries(localStorage)]),
  );
  expect(left).not.toContain("a.b.c");
});

it("“Retry now” reconnects at once, and the button keeps the focus", async () => {
  const relay = await StandInRelay.start(turnAwayFor("room-full"));
  onTestFinished(() => relay.stop());
  const page = await openViewer(browser, relay.port);
  onTestFinished(() => page.close());
  const button = page.getByRole("button", { name: "Retry now" });
  // Until the delays have reached their maximum: at least half of 4 s.
  await eventually(
    async () => relay.hellos.length,
    (count) => count >= 4,
    20_000,
  );
  const PRESSES = 6;
  const before = relay.hellos.length;
  const gapsMs: number[] = [];
  await button.focus();
  for (let i = 1; i <= PRESSES; i++) {
    const saidAt = performance.now();
    await page.getByText(/Trying again in/).waitFor();
    await page.keyboard.press("Enter");
    await eventually(
      async () => relay.hellos.length,
      (count) => count >= before + i,
    );
    gapsMs.push(performance.now() - saidAt);
  }
  expect(relay.hellos.length).toBeGreaterThanOrEqual(before + PRESSES);
  // By itself it would have waited at least 2 s each time. A busy machine makes some of the waits longer, but not most.
  expect(median(gapsMs), JSON.stringify(gapsMs)).toBeLessThan(2000);
  expect(await button.evaluate((element) => element === document.activeElement)).toBe(true);
});

it("the text read aloud changes with the state, not with the seconds", async () => {
  const relay = await StandInRelay.start(turnAwayFor("room-full"));
  onTestFinished(() => relay.stop());
  const page = await openViewer(browser, relay.port);
  onTestFinished(() => page.close());
  await page.getByText("The room is full").waitFor();
  await page.evaluate(() => {
    const region = document.querySelector('[role="status"]');
    const spoken: string[] = [];
    Object.assign(window, { spoken });
    const observer = new MutationObserver(() => spoken.push(region?.textContent ?? ""));
    if (region) observer.observe(region, { childList: true, subtree: true, characterData: true });
  });
  // It has tried again and counted down before, which must not have been announced.
  const tries = relay.hellos.length;
  const tried = await eventually(
    async () => relay.hellos.length,
    (count) => count > tries + 1,
  );
  expect(tried).toBeGreaterThan(tries + 1);
  const spoken = await page.evaluate(() => (window as unknown as { spoken: string[] }).spoken);
  expect(spoken).toEqual([]);
  expect(await page.locator('[role="status"]').first().textContent()).toMatch(/^The room is full/);
});
