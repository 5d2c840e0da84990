/** Using the statistics panel in a real browser: how much of the page, the keys and the focus it takes. */
import type { Browser, Locator, Page } from "playwright-core";
import { afterAll, afterEach, describe, expect } from "vitest";
import { PaintedRoom, testPicture } from "./support/painted-room.ts";
import { it } from "./support/test.ts";
import { takeFilePickerAway } from "./support/video.ts";
import { openPicture, PHONE, pictureRect, takeCopyingAway } from "./support/viewer-page.ts";
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
const panel = () => page.getByTestId("statistics");
const button = (name: string) => bar().getByRole("button", { name });
/** Where two elements overlap, as a message for the developer. Undefined if they do not. */
async function overlap(one: Locator, other: Locator): Promise<string | undefined> {
  const [a, b] = [await one.boundingBox(), await other.boundingBox()];
  if (!a || !b) throw new Error("one of them is not to be seen");
  const apart =
    a.y + a.height <= b.y || b.y + b.height <= a.y || a.x + a.width <= b.x || b.x + b.width <= a.x;
  return apart ? undefined : JSON.stringify([a, b]);
}

describe("the panel", () => {
  it("opens with I, takes the focus, and returns it on Esc", async () => {
    page = await openPicture(browser, room.port);
    expect(await panel().count()).toBe(0);
    await page.keyboard.press("i");
    await panel().waitFor();
    expect(await panel().evaluate((element) => element === document.activeElement)).toBe(true);
    await page.getByRole("region", { name: "Statistics" }).waitFor();
    await page.getByRole("table").waitFor();
    expect(await page.getByRole("img", { name: /over the last minute: .* now/ }).count()).toBe(3);
    await page.keyboard.press("Escape");
    expect(await panel().count()).toBe(0);
    expect(await page.evaluate(() => document.activeElement?.tagName)).toBe("BODY");
    await page.keyboard.press("Control+i");
    expect(await panel().count()).toBe(0);
    await page.keyboard.press("i");
    await page.getByRole("button", { name: "Close statistics" }).click();
    expect(await panel().count()).toBe(0);
  });

  it("scrolls with the arrow keys while it has the focus, and the picture does not move", async () => {
    const viewport = { width: 900, height: 400 };
    page = await openPicture(browser, room.port, { viewport });
    await page.keyboard.press("2");
    await page.keyboard.press("i");
    await page.getByRole("table").waitFor();
    const figures = page.getByRole("region", { name: "Figures" });
    await figures.focus();
    const before = await pictureRect(page);
    await page.keyboard.press("ArrowDown");
    const scrolled = () => figures.evaluate(({ scrollTop }) => scrollTop);
    expect(await eventually(scrolled, (top) => top > 0)).toBeGreaterThan(0);
    expect(await pictureRect(page)).toEqual(before);
    // All other keys still work.
    await page.keyboard.press("1");
    expect((await pictureRect(page)).width).toBeLessThan(before.width);
  });

  it("opens even if the server is gone by then", async () => {
    const lone = await PaintedRoom.open(PICTURE);
    page = await openPicture(browser, lone.port);
    const scripts = () =>
      page.evaluate(() => {
        const names = performance.getEntriesByType("resource").map(({ name }) => name);
        return names.filter((name) => name.endsWith(".js"));
      });
    const read = new Set<string>();
    // The page preloads it some seconds after the picture.
    const isLoaded = async () => {
      const fresh = (await scripts()).filter((name) => !read.has(name));
      const texts = await Promise.all(fresh.map(async (name) => (await fetch(name)).text()));
      for (const name of fresh) read.add(name);
      return texts.some((text) => text.includes("Copy as text"));
    };
    expect(await eventually(isLoaded, (loaded) => loaded)).toBe(true);
    await lone.close();
    await page.keyboard.press("i");
    await panel().getByText("There is no connection to the relay.").waitFor();
  });

  it("shows the text, selected, if the browser does not allow copying", async () => {
    const options = { fragment: "#stats=1", init: takeCopyingAway };
    page = await openPicture(browser, room.port, options);
    await page.getByRole("button", { name: "Copy as text" }).click();
    const area = page.getByRole("textbox");
    await area.waitFor();
    const selected = await area.evaluate((element: HTMLTextAreaElement) =>
      element.value.slice(element.selectionStart, element.selectionEnd),
    );
    expect(selected).toMatch(/^Screen Share [\s\S]*Browser: /);
    // Letters go to the text field now.
    await page.keyboard.press("i");
    expect(await panel().count()).toBe(1);
  });
});

describe("it", () => {
  it.each([PHONE.viewport, { width: 640, height: 360 }])(
    "covers neither the controls at $width×$height nor the recording mark",
    async (viewport) => {
      page = await openPicture(browser, room.port, {
        ...PHONE,
        viewport,
        init: takeFilePickerAway,
      });
      await page.keyboard.press("r");
      await page.getByTestId("recording").waitFor();
      await page.keyboard.press("i");
      await panel().waitFor();
      await bar().waitFor();
      for (const shown of [bar(), page.getByTestId("recording")]) {
        expect(await overlap(panel(), shown)).toBeUndefined();
      }
      await page.keyboard.press("r");
    },
  );

  it("does not cover messages about the connection in windows of any size", async () => {
    const lone = await PaintedRoom.open(PICTURE);
    page = await openPicture(browser, lone.port);
    await page.keyboard.press("i");
    await panel().waitFor();
    await lone.close();
    const said = page.getByTestId("notice-box");
    await said.getByRole("button", { name: "Retry now" }).waitFor();
    for (const [width, height] of [
      ...[
        [360, 640],
        [560, 700],
        [640, 360],
        [660, 800],
        [700, 500],
        [740, 900],
        [1280, 720],
      ],
    ] as const) {
      await page.setViewportSize({ width, height });
      expect(await overlap(panel(), said)).toBeUndefined();
    }
  });

  it("stays when Esc closes a sheet above it, and closes with the next Esc", async () => {
    page = await openPicture(browser, room.port);
    await page.keyboard.press("i");
    await panel().waitFor();
    await page.keyboard.press("?");
    const sheet = page.getByRole("dialog", { name: "Keyboard and gestures" });
    await sheet.waitFor();
    await page.keyboard.press("Escape");
    await sheet.waitFor({ state: "detached" });
    expect(await panel().count()).toBe(1);
    await page.keyboard.press("Escape");
    await panel().waitFor({ state: "detached" });
  });

  it("does not take the focus back if it has moved elsewhere", async () => {
    page = await openPicture(browser, room.port);
    await button("Fit to window").focus();
    await page.keyboard.press("i");
    await panel().waitFor();
    await button("Full screen").focus();
    await page.keyboard.press("i");
    await panel().waitFor({ state: "detached" });
    expect(await page.locator(":focus").getAttribute("aria-label")).toBe("Full screen");
  });
});
