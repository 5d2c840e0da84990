/**
 * Links damaged by mail and chat programs, and a page with missing files: the token is still removed from the address, and
 * the page explains the problem.
 */
import type { Browser, BrowserContext, Page } from "playwright-core";
import { afterEach, beforeEach, describe, expect } from "vitest";
import { GOOD, onlyWithToken, StandInRelay } from "./support/stand-in-relay.ts";
import { it } from "./support/test.ts";
import { noteNotices, noticesOf } from "./support/viewer-page.ts";
import { eventually } from "./support/wait.ts";

let browser: Browser;
let context: BrowserContext;
let page: Page;
let standIn: StandInRelay;
let address: string;
it.beforeAll(({ browser: shared }) => {
  browser = shared;
});
beforeEach(async () => {
  standIn = await StandInRelay.start(onlyWithToken);
  standIn.policyHeader = true;
  ({ address } = standIn);
  context = await browser.newContext();
  page = await context.newPage();
  await page.addInitScript(noteNotices);
});
afterEach(async () => {
  await context.close();
  standIn.stop();
});

const FIELDS = `room=demo&token=${GOOD}`;
const inSight = () =>
  page.evaluate(() =>
    JSON.stringify([location.href, history.state, document.documentElement.outerHTML, name]),
  );
const says = async (words: string) =>
  await page.getByText(words).filter({ visible: true }).first().waitFor();
const hasSaid = async (words: RegExp) => {
  expect(await noticesOf(page, words)).toContainEqual(expect.stringMatching(words));
};
const lastHello = () =>
  eventually(
    async () => standIn.hellos.at(-1),
    (hello) => hello !== undefined,
  );

describe("a link that was damaged in transit (P-95)", () => {
  for (const handed of [
    `#${FIELDS.replace("&", "&amp;")}`,
    `#${FIELDS}.`,
    `#${FIELDS}%22%3E`,
    `#${FIELDS}%E2%80%8B`,
    `#${FIELDS}?utm_source=mail`,
    `#${encodeURIComponent(FIELDS)}`,
    `%23${FIELDS}`,
    `%2523${encodeURIComponent(encodeURIComponent(FIELDS))}`,
    `?${FIELDS}`,
    `/#${FIELDS}`,
  ]) {
    it(`opens the room and reports the repair: ${handed.replace(GOOD, "TOKEN")}`, async () => {
      await page.goto(address + handed);
      expect(await lastHello()).toMatchObject({ room: "demo", token: GOOD });
      if (handed !== `/#${FIELDS}`) await says("Waiting for the host");
      await hasSaid(/^This link was damaged\. It has been repaired\.$/);
      expect(page.url()).toBe(`${address}#room=demo`);
      expect(await inSight()).not.toContain(GOOD);
      await page.reload();
      await says("Waiting for the host");
      expect(standIn.hellos.map(({ token }) => token)).toEqual([GOOD, GOOD]);
    });
  }

  it("is requested again if its end is missing, and the rest of its token is not sent", async () => {
    await page.goto(`${address}#room=demo&token=${GOOD.slice(0, 15)}%E2%80%A6`);
    await says("This link is damaged");
    await says("Part of it is missing.");
    expect(standIn.hellos).toMatchObject([{ room: "demo" }]);
    expect(standIn.hellos[0]?.token).toBeUndefined();
    await page.getByLabel("Link or room name").fill(`${address}#room=demo&token=${GOOD}`);
    await page.keyboard.press("Enter");
    await says("Waiting for the host");
  });

  it("does not bring in a token of another page's link", async () => {
    await page.goto(`${address}?url=https%3A%2F%2Fother.example%2F%23token%3D${GOOD}`);
    await says("It opens only with the link");
    expect(standIn.hellos.map(({ token }) => token)).toEqual([undefined]);
    expect(await inSight()).not.toContain(GOOD);
  });
});

describe("a page with a missing part", () => {
  it("reports the missing part, with no token in its address, and a reload opens the room", async () => {
    await context.route("**/_next/**/*.js", (route) => route.abort());
    await page.goto(`${address}#${FIELDS}`);
    await says("A part of this page did not arrive");
    expect(page.url()).toBe(address);
    await context.unroute("**/_next/**/*.js");
    await page.getByRole("button", { name: "Reload" }).click();
    await says("Waiting for the host");
    expect(standIn.hellos).toMatchObject([{ room: "demo", token: GOOD }]);
    expect(await inSight()).not.toContain(GOOD);
  });

  it("shows no message for a script that it can do without", async () => {
    await context.route("**/_ssgManifest.js", (route) => route.abort());
    await page.goto(`${address}#${FIELDS}`);
    await says("Waiting for the host");
    expect(await page.getByText("did not arrive").count()).toBe(0);
  });

  it("names the required browsers if its scripts do not parse", async () => {
    await context.route("**/_next/**/*.js", async (route) => {
      await route.fulfill({ contentType: "text/javascript", body: "class { static { ??= } }" });
    });
    await page.goto(`${address}#${FIELDS}`);
    await says("This browser cannot run this page");
    await says("It needs Chrome or Edge 111, Firefox 111, Safari 16.4");
    expect(page.url()).toBe(address);
  });

  it("reports that it was updated if its parts are gone, and offers to reload", async () => {
    await page.addInitScript(() => Object.assign(window, { Worker: undefined }));
    // The first files are here. Those that are loaded later belong to a build that is gone.
    await page.goto(address);
    await says("Paste the link here");
    standIn.gone = /^\/_next\//;
    await page.goto(`${address}#${FIELDS}`);
    await says("Waiting for the host");
    await page.keyboard.press("i");
    await says("This page was updated.");
    standIn.gone = undefined;
    await page.getByRole("button", { name: "Reload" }).click();
    await eventually(
      async () => standIn.hellos.length,
      (count) => count >= 3,
    );
    expect(standIn.hellos.at(-1)).toMatchObject({ room: "demo", token: GOOD });
  });
});
