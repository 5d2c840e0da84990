/**
 * What the page says while hosts and relays come and go: the real relay, the real agent, Chromium. Every state is checked in every
 * size, light and dark, with and without a picture (support/every-view.ts).
 */
import type { Browser } from "playwright-core";
import { beforeEach, expect } from "vitest";
import { problemsInEveryView } from "./support/every-view.ts";
import { BrowserScene, isPainted, it, says, statusOf } from "./support/test.ts";

let browser: Browser;
let scene: BrowserScene;
it.beforeAll(({ browser: shared }) => {
  browser = shared;
});
beforeEach(async () => {
  scene = await BrowserScene.set(browser);
});

it("the page reports a host that starts, is lost, returns, stops and starts again", async () => {
  await scene.relay();
  const page = await scene.open();
  const waits = await says(page, "Waiting for the host");
  expect(waits).toContain(`pnpm capture --server ws://localhost:${scene.port}`);
  await page.getByText("only you are waiting").waitFor();
  expect(await problemsInEveryView(page, "waiting")).toEqual([]);
  await scene.context.grantPermissions(["clipboard-read", "clipboard-write"]);
  await page.getByRole("button", { name: "Copy the command" }).click();
  await page.getByText("The command was copied.").waitFor();
  expect(await page.evaluate(() => navigator.clipboard.readText())).toBe(
    `pnpm capture --server ws://localhost:${scene.port}`,
  );

  const first = scene.agent();
  await says(page, "Live");
  // Dark from the beginning, although the system and the previous page are light.
  const box = page.getByTestId("notice-box");
  expect(await box.evaluate((pill) => getComputedStyle(pill).backgroundColor)).toMatch(
    /^rgba\(23, /,
  );
  expect(await isPainted(page)).toBeDefined();
  await page.getByText("only you are watching").waitFor({ state: "attached" });
  expect(await page.title()).toBe("Live · Screen Share");
  expect(await problemsInEveryView(page, "live")).toEqual([]);
  const second = await scene.open();
  await says(second, "Live");
  await page.getByText("2 watching").waitFor({ state: "attached" });
  await second.close();

  await first.end("SIGKILL");
  const lost = await says(page, "The host is offline");
  expect(lost).toMatch(/picture from \d+ s ago/);
  expect(await page.getByTestId("screen").isVisible()).toBe(true);
  expect(await problemsInEveryView(page, "host-offline")).toEqual([]);

  const again = scene.agent();
  await says(page, "Live");
  expect(await again.end("SIGTERM")).toBe(0);
  const stopped = await says(page, "The host has stopped sharing");
  expect(stopped).toContain("pnpm capture");
  // A clean stop clears the store, here too (P-37).
  expect(await page.getByTestId("screen").isVisible()).toBe(false);
  expect(await problemsInEveryView(page, "host-stopped")).toEqual([]);
  // A viewer that joins now sees the same.
  await says(await scene.open(), "The host has stopped sharing");

  scene.agent();
  await says(page, "Live");
  expect(await isPainted(page)).toBeDefined();
  expect(await page.getByTestId("screen").isVisible()).toBe(true);
});

it("the page reports a lost relay and a lost network, and recovers from both", async () => {
  const relay = await scene.relay();
  scene.agent();
  const page = await scene.open();
  await says(page, "Live");
  expect(await isPainted(page)).toBeDefined();

  await relay.end("SIGKILL");
  const lost = await says(page, "The connection was lost");
  expect(lost).toContain("The last picture stays");
  await page.getByText(/Trying again in \d s/).waitFor();
  expect(lost).toMatch(/picture from \d+ s ago/);
  expect(await page.getByTestId("screen").isVisible()).toBe(true);
  expect(await problemsInEveryView(page, "lost")).toEqual([]);

  await scene.context.setOffline(true);
  await says(page, "You are offline");
  expect(await problemsInEveryView(page, "browser-offline")).toEqual([]);
  await scene.context.setOffline(false);
  await says(page, "The connection was lost");

  await scene.relay();
  await says(page, "Live");
});

it("the page reports a restarting relay and reconnects", async () => {
  const relay = await scene.relay();
  scene.agent();
  const page = await scene.open();
  await says(page, "Live");
  await relay.end("SIGTERM");
  await says(page, "The relay is restarting");
  // The first attempt fails without a change of the message. The next delay is more than a second.
  await page.getByText(/Trying again in [2-4] s/).waitFor();
  await says(page, "The relay is restarting");
  await scene.relay();
  await says(page, "Live");
});

it("a full room admits a viewer as soon as another leaves", async () => {
  await scene.relay({ MAX_VIEWERS_PER_ROOM: "1" });
  const first = await scene.open();
  await says(first, "Waiting for the host");
  const second = await scene.open();
  expect(await says(second, "The room is full")).toContain(
    "You will be let in when another viewer leaves.",
  );
  expect(await problemsInEveryView(second, "room-full")).toEqual([]);
  await first.close();
  await says(second, "Waiting for the host");
});

it("an embedded page shows only the picture, except for problems", async () => {
  await scene.relay();
  const page = await scene.open("#embed=1");
  await says(page, "Waiting for the host");
  expect(await statusOf(page).isVisible()).toBe(true);
  const agent = scene.agent();
  expect(await isPainted(page)).toBeDefined();
  await says(page, "Live");
  expect(await statusOf(page).getAttribute("data-form")).toBe("none");
  expect((await statusOf(page).boundingBox())?.width).toBeLessThanOrEqual(1);
  expect(await problemsInEveryView(page, "embedded")).toEqual([]);
  await agent.end("SIGKILL");
  await says(page, "The host is offline");
  expect(await statusOf(page).isVisible()).toBe(true);
});
