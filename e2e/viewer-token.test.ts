/**
 * A viewer's token goes from the link to the relay and nowhere else. The relay is a stand-in that records what it receives and accepts
 * one token; the page and its policy are the built ones.
 */
import type { Browser, BrowserContext, Page } from "playwright-core";
import { afterEach, beforeEach, describe, expect } from "vitest";
import { viewerState } from "./support/browser.ts";
import { GOOD, type Hello, onlyWithToken, StandInRelay } from "./support/stand-in-relay.ts";
import { it } from "./support/test.ts";
import { eventually } from "./support/wait.ts";

const EXPIRED = "eyJhbGciOiJIUzI1NiJ9.old_token-of-this-test.c2ln";

let browser: Browser;
let context: BrowserContext;
let page: Page;
let standIn: StandInRelay;
let address: string;
/** Errors and warnings in the console. */
let complaints: string[];

it.beforeAll(({ browser: shared }) => {
  browser = shared;
});

beforeEach(async () => {
  standIn = await StandInRelay.start(onlyWithToken);
  standIn.policyHeader = true;
  ({ address } = standIn);
  complaints = [];
  context = await browser.newContext();
  page = await openTab();
});
afterEach(async () => {
  await context.close();
  standIn.stop();
  expect(complaints).toEqual([]);
});

/** A page with the instrumentation of these tests. */
type Watched = Window & {
  complain?: (words: string) => void;
  /** Whether React was already loaded when the address was first changed. */
  reactHadBegun?: boolean;
  reactHasBegun?: () => boolean;
};

async function openTab(): Promise<Page> {
  const tab = await context.newPage();
  tab.on("console", (message) => {
    if (message.type() === "error" || message.type() === "warning") complaints.push(message.text());
  });
  tab.on("pageerror", (error) => complaints.push(String(error)));
  await tab.exposeFunction("complain", (words: string) => complaints.push(words));
  await tab.addInitScript(() => {
    const watched: Watched = window;
    document.addEventListener("securitypolicyviolation", ({ violatedDirective, blockedURI }) =>
      watched.complain?.(`${violatedDirective}: ${blockedURI}`),
    );
    const replaceState = history.replaceState.bind(history);
    history.replaceState = (...args) => {
      watched.reactHadBegun ??= watched.reactHasBegun?.() ?? false;
      replaceState(...args);
    };
    watched.reactHasBegun = () =>
      Object.keys(document.getElementById("__next") ?? {}).some((key) => key.startsWith("__react"));
  });
  return tab;
}

/** Opens a link as if it were pasted: in a tab that already shows this page, only the fragment changes. */
async function open(fragment: string, tab = page): Promise<void> {
  await tab.goto(address + fragment);
}

/** Waits until the relay has received this many hellos, and returns the last one. */
async function lastOf(count: number): Promise<Pick<Hello, "room" | "token"> | undefined> {
  await eventually(
    async () => standIn.hellos.length,
    (length) => length >= count,
  );
  expect(standIn.hellos).toHaveLength(count);
  const hello = standIn.hellos.at(-1);
  return hello && { room: hello.room, token: hello.token };
}

async function becomes(state: string, tab = page): Promise<string> {
  expect(
    await eventually(
      () => viewerState(tab),
      (now) => now === state,
    ),
  ).toBe(state);
  return (await tab.getByTestId("status").textContent()) ?? "";
}

/**
 * All places where a token could appear, except the browser's own record of how the page was opened (the names of navigations in its
 * performance timeline), which no page can change.
 */
async function whatIsInSight(tab = page): Promise<string> {
  return await tab.evaluate(() =>
    JSON.stringify([
      location.href,
      document.URL,
      document.baseURI,
      history.state,
      document.documentElement.outerHTML,
      document.cookie,
      window.name,
      Object.entries(localStorage),
      performance.getEntriesByType("resource").map(({ name }) => name),
    ]),
  );
}

describe("a link's token", () => {
  for (const policyHeader of [true, false]) {
    const how = policyHeader ? "policy in header and page" : "policy in the page alone";
    it(`is hidden before React starts, and reaches the relay (${how})`, async () => {
      standIn.policyHeader = policyHeader;
      await open(`#room=demo&token=${GOOD}&embed=1`);
      expect(await lastOf(1)).toEqual({ room: "demo", token: GOOD });
      await becomes("waiting");
      expect(page.url()).toBe(`${address}#room=demo&embed=1`);
      expect(await whatIsInSight()).not.toContain(GOOD);
      const began = await page.evaluate(() => ({
        first: (window as Watched).reactHadBegun,
        now: (window as Watched).reactHasBegun?.(),
      }));
      expect(began).toEqual({ first: false, now: true });
    });
  }

  it("survives a reload, in this tab only", async () => {
    await open(`#token=${GOOD}`);
    await becomes("waiting");
    await page.reload();
    expect(await lastOf(2)).toEqual({ room: "main", token: GOOD });
    await becomes("waiting");
    expect(await whatIsInSight()).not.toContain(GOOD);
    const other = await openTab();
    await open("#room=main", other);
    expect(await lastOf(3)).toEqual({ room: "main", token: undefined });
    expect(await becomes("ended", other)).toMatch(/only with the link/);
  });

  it("is requested if there is none, and another link in the same tab is enough", async () => {
    await open("");
    expect(await becomes("ended")).toMatch(/only with the link/);
    await page.getByLabel("Link or room name").waitFor();
    await open(`#room=main&token=${EXPIRED}`);
    expect(await lastOf(2)).toEqual({ room: "main", token: EXPIRED });
    expect(
      await eventually(
        () => becomes("ended"),
        (words) => /expired/.test(words),
      ),
    ).toMatch(/Ask the person sharing/);
    await open(`#room=main&token=${GOOD}`);
    expect(await lastOf(3)).toEqual({ room: "main", token: GOOD });
    await becomes("waiting");
    const seen = await whatIsInSight();
    for (const token of [GOOD, EXPIRED]) expect(seen).not.toContain(token);
  });

  it("does not reappear with Back, Forward or later navigation", async () => {
    await open(`#room=one&token=${GOOD}`);
    await becomes("waiting");
    await open(`#room=two&token=${EXPIRED}`);
    await becomes("ended");
    await open("#room=three");
    await eventually(
      async () => standIn.hellos.length,
      (length) => length === 3,
    );
    for (const room of ["two", "one"]) {
      await page.goBack();
      expect(page.url()).toBe(`${address}#room=${room}`);
      const seen = await whatIsInSight();
      for (const token of [GOOD, EXPIRED]) expect(seen).not.toContain(token);
    }
    await page.goForward();
    await page.reload();
    expect(page.url()).toBe(`${address}#room=two`);
    expect(
      await eventually(
        async () => standIn.hellos.at(-1)?.token,
        (token) => token === EXPIRED,
      ),
    ).toBe(EXPIRED);
    expect(await whatIsInSight()).not.toContain(EXPIRED);
    // A page that is left immediately closes its socket early, which Chromium logs.
    complaints = complaints.filter((text) => !/closed before the connection is/.test(text));
  });

  it("survives a reload in the state of the tab's history if the browser stores nothing", async () => {
    await context.addInitScript(() => {
      Object.defineProperty(window, "sessionStorage", {
        get() {
          throw new DOMException("blocked", "SecurityError");
        },
      });
    });
    await open(`#room=demo&token=${GOOD}`);
    await becomes("waiting");
    for (const count of [2, 3]) {
      await page.reload();
      expect(await lastOf(count)).toEqual({ room: "demo", token: GOOD });
      await becomes("waiting");
      expect(page.url()).toBe(`${address}#room=demo`);
    }
    const inState = await page.evaluate(() => {
      const state = JSON.stringify(history.state);
      history.replaceState(null, "", location.href);
      return state;
    });
    expect(inState).toContain(GOOD);
    expect(await whatIsInSight()).not.toContain(GOOD);
    const other = await openTab();
    await open("#room=demo", other);
    expect(await lastOf(4)).toEqual({ room: "demo", token: undefined });
  });
});
