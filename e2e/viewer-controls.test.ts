import type { Browser, Page } from "playwright-core";
import { afterAll, afterEach, describe, expect } from "vitest";
import { PaintedRoom, testPicture } from "./support/painted-room.ts";
import { it } from "./support/test.ts";
import { clickControl, openPicture, PHONE, pictureRect } from "./support/viewer-page.ts";
import { eventually } from "./support/wait.ts";

const PICTURE = testPicture(1600, 900);

let browser: Browser;
let room: PaintedRoom;
let page: Page;
it.beforeAll(async ({ browser: shared }) => {
  browser = shared;
  room = await PaintedRoom.open(PICTURE);
});
afterEach(async () => {
  await page.context().close();
  room.show(PICTURE);
});
afterAll(async () => {
  await room.close();
});

const bar = () => page.getByTestId("controls");
const button = (name: string) => bar().getByRole("button", { name });
/** Whether the bar is visible. */
const isShown = async () => (await bar().evaluate((it) => getComputedStyle(it).opacity)) === "1";
const untilShown = (shown: boolean) => eventually(isShown, (is) => is === shown);

describe("the bar", () => {
  it("hides when the pointer rests, and appears when it moves", async () => {
    page = await openPicture(browser, room.port);
    expect(await untilShown(false)).toBe(false);
    await page.mouse.move(300, 300);
    await page.mouse.move(310, 300);
    expect(await untilShown(true)).toBe(true);
  });

  it("receives no touch while it is hidden; a touch shows it", async () => {
    page = await openPicture(browser, room.port, PHONE);
    expect(await untilShown(false)).toBe(false);
    const { x = 0, y = 0 } = (await button("Actual size").boundingBox()) ?? {};
    await page.touchscreen.tap(x + 10, y + 10);
    expect(await untilShown(true)).toBe(true);
    expect(await pictureRect(page)).toMatchObject({ width: 360 });
    await button("Actual size").tap();
    expect(await pictureRect(page)).toMatchObject({ width: 800 });
  });

  it("appears when the keyboard focus enters it, and stays while the focus is there", async () => {
    page = await openPicture(browser, room.port);
    expect(await untilShown(false)).toBe(false);
    await page.keyboard.press("Tab");
    expect(await untilShown(true)).toBe(true);
    const names: (string | null)[] = [];
    for (let i = 0; i < 11; i++) {
      const focused = page.locator(":focus");
      if ((await focused.count()) === 0) break;
      names.push(await focused.getAttribute("aria-label"));
      await page.keyboard.press("Tab");
    }
    expect(names).toEqual([
      ...["Fit to window", "Actual size", "Fill width", "Zoom out", "Zoom in"],
      ...["Save snapshot", "Record to a file", "Floating window", "More", "Full screen"],
    ]);
    await button("Actual size").focus();
    await page.keyboard.press("Space");
    expect(await button("Actual size").getAttribute("aria-pressed")).toBe("true");
    expect(await pictureRect(page)).toMatchObject({ width: 1600 });
    // Longer than it normally stays visible.
    await page.waitForTimeout(4000);
    expect(await isShown()).toBe(true);
  });

  it("stays while its menu is open, which works by keyboard and closes with Escape", async () => {
    page = await openPicture(browser, room.port, PHONE);
    const more = button("More");
    await more.focus();
    await page.keyboard.press("Enter");
    const item = () => page.locator(":focus").textContent();
    expect(await item()).toMatch(/^Zoom out/);
    await page.keyboard.press("ArrowUp");
    expect(await item()).toMatch(/^Keyboard and gestures/);
    await page.waitForTimeout(4000);
    expect(await isShown()).toBe(true);
    await page.keyboard.press("Escape");
    expect(await page.getByRole("menu").count()).toBe(0);
    expect(await page.locator(":focus").getAttribute("aria-label")).toBe("More");
    await page.keyboard.press("Enter");
    await page.keyboard.press("ArrowDown");
    await page.keyboard.press("Enter");
    expect(await page.getByRole("menu").count()).toBe(0);
    await eventually(
      async () => (await pictureRect(page)).width,
      (width) => width > 360,
    );
    expect((await pictureRect(page)).width).toBeGreaterThan(360);
  });

  it("names its buttons in a tooltip, for the mouse and for the keyboard, until Escape", async () => {
    page = await openPicture(browser, room.port);
    const tip = page.locator("[popover=manual]");
    await page.mouse.move(640, 360);
    await button("Full screen").hover();
    await tip.getByText("Full screen (F)").waitFor();
    const { x = 0, width = 0 } = (await tip.boundingBox()) ?? {};
    expect(x + width).toBeLessThanOrEqual(1280);
    await page.keyboard.press("Escape");
    await tip.waitFor({ state: "hidden" });
    await page.mouse.move(640, 360);
    await page.keyboard.press("Tab");
    await tip.getByText("Fit to window (1)").waitFor();
    await page.keyboard.press("Enter");
    await tip.waitFor({ state: "hidden" });
  });

  it("closes its menu on a press outside of it", async () => {
    page = await openPicture(browser, room.port);
    await clickControl(page, "More");
    await page.getByRole("menu").waitFor();
    await page.mouse.click(100, 100);
    await page.getByRole("menu").waitFor({ state: "detached" });
  });

  it("has a menu that also works in browsers without popovers", async () => {
    page = await openPicture(browser, room.port, {
      init: () => Reflect.deleteProperty(HTMLElement.prototype, "popover"),
    });
    const menu = page.getByRole("menu");
    await clickControl(page, "More");
    await menu.waitFor();
    const lower = await menu.boundingBox();
    expect((lower?.y ?? 0) + (lower?.height ?? 0)).toBeLessThan(
      (await bar().boundingBox())?.y ?? 0,
    );
    await page.keyboard.press("Escape");
    await menu.waitFor({ state: "detached" });
    await clickControl(page, "More");
    await page.getByRole("menuitem", { name: "Statistics" }).click();
    await page.getByTestId("statistics").waitFor();
    expect(await menu.count()).toBe(0);
  });

  it("does not open its menu when the picture comes back", async () => {
    page = await openPicture(browser, room.port);
    await clickControl(page, "More");
    await page.getByRole("menu").waitFor();
    const go = (hash: string) =>
      page.evaluate((to) => {
        location.hash = to;
      }, hash);
    await go("#room=other");
    await bar().waitFor({ state: "detached" });
    await go("#room=main");
    await bar().waitFor();
    expect(await page.getByRole("menu").count()).toBe(0);
  });

  it("has touch targets of 44 px, all of them on the screen", async () => {
    page = await openPicture(browser, room.port, {
      ...PHONE,
      viewport: { width: 320, height: 568 },
    });
    for (const target of await bar().getByRole("button").all()) {
      const box = await target.boundingBox();
      if (!box) continue;
      expect(box.width).toBeGreaterThanOrEqual(44);
      expect(box.height).toBeGreaterThanOrEqual(44);
      expect(box.x).toBeGreaterThanOrEqual(0);
      expect(box.x + box.width).toBeLessThanOrEqual(320);
    }
  });

  it.each([PHONE.viewport, { width: 640, height: 360 }])(
    "does not lie under the status at $width×$height",
    async (viewport) => {
      page = await openPicture(browser, room.port, { ...PHONE, viewport });
      const status = await page.getByTestId("notice-box").boundingBox();
      const own = await bar().boundingBox();
      expect((status?.y ?? 0) + (status?.height ?? 0)).toBeLessThan(own?.y ?? 0);
    },
  );
});

describe("full screen", () => {
  it("is toggled by a key, and hides a resting pointer", async () => {
    page = await openPicture(browser, room.port);
    const isFull = () => page.evaluate(() => document.fullscreenElement !== null);
    await page.keyboard.press("f");
    expect(await eventually(isFull, (is) => is)).toBe(true);
    await button("Leave full screen").waitFor();
    const pointer = () =>
      page.getByTestId("stage").evaluate((stage) => getComputedStyle(stage).cursor);
    await page.mouse.move(641, 361);
    expect(await eventually(pointer, (is) => is === "auto")).toBe("auto");
    expect(await eventually(pointer, (is) => is === "none")).toBe("none");
    await page.keyboard.press("f");
    expect(await eventually(isFull, (is) => !is)).toBe(false);
  });

  it("is not offered if the browser does not support it", async () => {
    page = await openPicture(browser, room.port, {
      init: () => Object.defineProperty(Document.prototype, "fullscreenEnabled", { value: false }),
    });
    expect(await button("Full screen").count()).toBe(0);
    expect(await button("More").count()).toBe(1);
  });
});

describe("the help sheet", () => {
  it("disables keyboard shortcuts permanently", async () => {
    page = await openPicture(browser, room.port);
    await page.keyboard.press("?");
    await page.getByLabel("Enable keyboard shortcuts").uncheck();
    await page.keyboard.press("Escape");
    await page.keyboard.press("2");
    await page.keyboard.press("?");
    await page.reload();
    await bar().waitFor();
    await page.keyboard.press("2");
    expect(await button("Fit to window").getAttribute("aria-pressed")).toBe("true");
    expect(await page.getByRole("dialog").count()).toBe(0);
    await clickControl(page, "More");
    await page.getByRole("menuitem", { name: "Keyboard and gestures" }).click();
    await page.getByLabel("Enable keyboard shortcuts").check();
    await page.keyboard.press("Escape");
    await page.keyboard.press("2");
    expect(await button("Actual size").getAttribute("aria-pressed")).toBe("true");
  });

  it("stays while its text is being selected, and closes on a press outside", async () => {
    page = await openPicture(browser, room.port);
    await page.keyboard.press("?");
    const sheet = page.getByRole("dialog");
    const { x = 0, y = 0 } = (await sheet.boundingBox()) ?? {};
    await page.mouse.move(x + 60, y + 100);
    await page.mouse.down();
    await page.mouse.move(x - 20, y + 100);
    await page.mouse.up();
    expect(await sheet.count()).toBe(1);
    await page.mouse.click(x - 20, y + 100);
    await sheet.waitFor({ state: "detached" });
  });

  it("lists every key, disables the others while it is open, and restores the focus", async () => {
    page = await openPicture(browser, room.port);
    await button("Zoom in").focus();
    await page.keyboard.press("?");
    const sheet = page.getByRole("dialog", { name: "Keyboard and gestures" });
    await sheet.waitFor();
    const keys = await sheet.locator("kbd").allTextContents();
    expect(keys.sort().join(" ")).toBe("+ 1 2 3 ? C F I P R S Y ← ↑ → ↓ −");
    await page.keyboard.press("2");
    expect(await pictureRect(page)).toMatchObject({ width: 1280 });
    await page.keyboard.press("Escape");
    await sheet.waitFor({ state: "detached" });
    expect(await page.locator(":focus").getAttribute("aria-label")).toBe("Zoom in");
    await page.keyboard.press("2");
    expect(await pictureRect(page)).toMatchObject({ width: 1600 });
  });
});
