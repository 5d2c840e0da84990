/** axe finds no accessibility problem in any state of the page, on large and small screens, dark and light. */
import type { Browser, BrowserContextOptions, Page } from "playwright-core";
import { afterAll, afterEach, describe, expect } from "vitest";
import { barriers } from "./support/every-view.ts";
import { PaintedRoom, testPicture } from "./support/painted-room.ts";
import { it } from "./support/test.ts";
import { takeFilePickerAway } from "./support/video.ts";
import {
  openPicture,
  PHONE,
  PHONE_ON_ITS_SIDE,
  takeCopyingAway,
  WINDOW,
} from "./support/viewer-page.ts";

let browser: Browser;
let room: PaintedRoom;
let page: Page;
it.beforeAll(async ({ browser: shared }) => {
  browser = shared;
  room = await PaintedRoom.open(testPicture(800, 450));
});
afterEach(() => page.context().close());
afterAll(async () => {
  await room.close();
});

/** The help sheet, and the link that is shown if the page cannot copy it. */
const SHEETS = ["?", "c"];

describe.each([
  { on: "a desktop", colorScheme: "dark", ...WINDOW },
  { on: "a desktop", colorScheme: "light", ...WINDOW },
  { on: "a phone", colorScheme: "dark", ...PHONE },
  { on: "a phone", colorScheme: "light", ...PHONE },
  { on: "a phone on its side", colorScheme: "light", ...PHONE_ON_ITS_SIDE },
] satisfies (BrowserContextOptions & { on: string })[])(
  "on $on, $colorScheme",
  ({ on: _, ...seen }) => {
    // Text that is still fading in has less contrast.
    const options = { ...seen, reducedMotion: "reduce" } as const;
    it("axe finds no problem in the picture, its controls, the menu, the statistics, or while recording", async () => {
      page = await openPicture(browser, room.port, { ...options, init: takeFilePickerAway });
      expect(await barriers(page)).toEqual([]);
      // By keyboard: while axe was running, the controls may have hidden from the resting pointer.
      await page.getByRole("button", { name: "More" }).press("Enter");
      await page.getByRole("menu").waitFor();
      expect(await barriers(page)).toEqual([]);
      await page.keyboard.press("Escape");
      await page.keyboard.press("i");
      await page.getByTestId("statistics").getByRole("table").waitFor();
      expect(await barriers(page)).toEqual([]);
      await page.keyboard.press("i");
      await page.keyboard.press("r");
      await page.getByTestId("recording").waitFor();
      expect(await barriers(page)).toEqual([]);
    });

    it("axe finds no problem in the sheets", async () => {
      page = await openPicture(browser, room.port, { ...options, init: takeCopyingAway });
      for (const key of SHEETS) {
        await page.keyboard.press(key);
        await page.getByRole("dialog").waitFor();
        expect(await barriers(page)).toEqual([]);
        await page.keyboard.press("Escape");
        await page.getByRole("dialog").waitFor({ state: "detached" });
      }
    });

    it("axe finds no problem while there is no picture", async () => {
      page = await (await browser.newContext(options)).newPage();
      await page.goto(`http://localhost:${room.port}/#room=empty`);
      await page.getByText("Waiting for the host").waitFor();
      expect(await barriers(page)).toEqual([]);
    });
  },
);
