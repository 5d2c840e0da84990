/** Zooming and dragging the picture in a real browser: how much is visible, how sharp it is, and that nothing else moves. */
import type { Browser, CDPSession, Page } from "playwright-core";
import { afterAll, afterEach, describe, expect } from "vitest";
import { canvasPixels } from "./support/browser.ts";
import { PaintedRoom, testPicture } from "./support/painted-room.ts";
import { it } from "./support/test.ts";
import {
  openPicture,
  PHONE,
  pageAtRest,
  partUnder,
  pictureRect,
  pngPixels,
} from "./support/viewer-page.ts";
import { eventually } from "./support/wait.ts";

let browser: Browser;
let room: PaintedRoom;
let page: Page;
it.beforeAll(async ({ browser: shared }) => {
  browser = shared;
  room = await PaintedRoom.open(testPicture(1600, 900));
});
afterEach(() => page.context().close());
afterAll(async () => {
  await room.close();
});

const at = (x: number, y: number) => ({ x, y });

async function expectSamePart(point: { x: number; y: number }, before: { x: number; y: number }) {
  const after = await partUnder(page, point);
  expect(Math.abs(after.x - before.x) * 1600).toBeLessThan(2);
  expect(Math.abs(after.y - before.y) * 900).toBeLessThan(2);
}

describe("on a desktop", () => {
  it("keys fit the picture, show its actual size or width, zoom, and pan", async () => {
    page = await openPicture(browser, room.port, { viewport: { width: 1280, height: 600 } });
    const show = async (key: string) => {
      await page.keyboard.press(key);
      return await pictureRect(page);
    };
    expect(await pictureRect(page)).toMatchObject({ height: 600, top: 0 });
    expect(await show("2")).toMatchObject({ width: 1600, height: 900, left: -160, top: -150 });
    expect(await show("ArrowRight")).toMatchObject({ left: -288, top: -150 });
    expect(await show("ArrowUp")).toMatchObject({ left: -288, top: -90 });
    expect(await show("3")).toMatchObject({ width: 1280, left: 0 });
    expect(await show("+")).toMatchObject({ width: 1440 });
    expect(await show("-")).toMatchObject({ width: 1200 });
    expect(await show("0")).toMatchObject({ height: 600, top: 0 });
    expect(await show("Control+2")).toMatchObject({ height: 600 });
  });

  it("a button released while there was no picture no longer drags", async () => {
    page = await openPicture(browser, room.port);
    await page.keyboard.press("2");
    await page.mouse.move(600, 300);
    await page.mouse.down();
    await page.mouse.move(620, 320);
    const go = (hash: string) =>
      page.evaluate((to) => {
        location.hash = to;
      }, hash);
    await go("#room=other");
    await page.getByTestId("controls").waitFor({ state: "detached" });
    await page.mouse.up();
    await go("#room=main");
    await page.getByTestId("controls").waitFor();
    const before = await pictureRect(page);
    await page.mouse.move(700, 400);
    expect(await pictureRect(page)).toEqual(before);
  });

  it("wheel and trackpad pinch zoom at the pointer, and the page does not scroll", async () => {
    page = await openPicture(browser, room.port);
    const rest = await pageAtRest(page);
    const pointer = at(900, 200);
    const before = await partUnder(page, pointer);
    await page.mouse.move(pointer.x, pointer.y);
    for (let i = 0; i < 4; i++) await page.mouse.wheel(0, -100);
    const wide = await eventually(
      async () => (await pictureRect(page)).width,
      (width) => width > 2400,
    );
    expect(wide).toBeGreaterThan(2400);
    await expectSamePart(pointer, before);
    await page.keyboard.down("Control");
    await page.mouse.wheel(0, -30);
    await page.keyboard.up("Control");
    const wider = await eventually(
      async () => (await pictureRect(page)).width,
      (width) => width > wide * 1.2,
    );
    expect(wider).toBeGreaterThan(wide * 1.2);
    await expectSamePart(pointer, before);
    expect(await page.getByTestId("zoom").textContent()).toMatch(/^\d+ %$/);
    expect(await pageAtRest(page)).toEqual(rest);
  });

  it("the mouse drags a picture larger than the window, and the cursor shows that", async () => {
    page = await openPicture(browser, room.port);
    const hand = () =>
      page.getByTestId("stage").evaluate((stage) => getComputedStyle(stage).cursor);
    expect(await hand()).toBe("auto");
    await page.mouse.dblclick(640, 360);
    expect(await pictureRect(page)).toMatchObject({ width: 1600, left: -160, top: -90 });
    expect(await hand()).toBe("grab");
    await page.mouse.move(600, 300);
    await page.mouse.down();
    await page.mouse.move(650, 320, { steps: 3 });
    expect(await hand()).toBe("grabbing");
    await page.mouse.up();
    expect(await pictureRect(page)).toMatchObject({ left: -110, top: -70 });
    await page.mouse.dblclick(640, 360);
    expect(await pictureRect(page)).toMatchObject({ width: 1280, left: 0 });
  });

  it.each([
    { zoom: 1, keys: ["2"] },
    { zoom: 2, keys: ["2", "+", "+", "+", "+", "+"] },
  ])(
    "each px of the picture is $zoom×$zoom px of the screen, unchanged",
    async ({ zoom, keys }) => {
      page = await openPicture(browser, room.port);
      for (const key of keys) await page.keyboard.press(key);
      const { left, top, width } = await pictureRect(page);
      expect(width).toBe(1600 * zoom);
      const shot = await pngPixels(page, await page.screenshot());
      const picture = await canvasPixels(page);
      let wrong = 0;
      // A point of the picture that nothing covers.
      for (let y = 100; y < 500; y++) {
        for (let x = 0; x < 1280; x++) {
          const from = (Math.floor((y - top) / zoom) * 1600 + Math.floor((x - left) / zoom)) * 4;
          const to = (y * 1280 + x) * 4;
          for (let c = 0; c < 3; c++) {
            if (shot.data[to + c] !== picture?.data[from + c]) wrong++;
          }
        }
      }
      expect(wrong).toBe(0);
    },
  );

  it("a picture of another size keeps the mode, and the layout does not shift", async () => {
    page = await openPicture(browser, room.port);
    /** Its final position, even during a transition. */
    const bar = () =>
      page.getByTestId("controls").evaluate((element) => {
        const { offsetLeft, offsetTop, offsetWidth, offsetHeight } = element as HTMLElement;
        return [offsetLeft, offsetTop, offsetWidth, offsetHeight];
      });
    const before = await bar();
    await page.keyboard.press("3");
    room.show(testPicture(640, 640));
    const size = await eventually(
      () => pictureRect(page),
      ({ height }) => height === 1280,
    );
    expect(size).toMatchObject({ width: 1280, height: 1280, left: 0 });
    expect(await bar()).toEqual(before);
    room.show(testPicture(1600, 900));
    await eventually(
      () => pictureRect(page),
      ({ height }) => height === 720,
    );
    expect(await pictureRect(page)).toMatchObject({ width: 1280, height: 720 });
  });
});

describe("on a phone", () => {
  let touch: CDPSession;
  const finger = async (type: "touchStart" | "touchMove" | "touchEnd", ...points: object[]) => {
    await touch.send("Input.dispatchTouchEvent", { type, touchPoints: points as [] });
  };

  it("two fingers zoom at their middle and drag, one continues to drag, and the page does not scroll", async () => {
    page = await openPicture(browser, room.port, PHONE);
    touch = await page.context().newCDPSession(page);
    const rest = await pageAtRest(page);
    const before = await partUnder(page, at(180, 320));
    await finger("touchStart", { ...at(140, 320), id: 0 });
    await finger("touchStart", { ...at(140, 320), id: 0 }, { ...at(220, 320), id: 1 });
    for (let step = 1; step <= 10; step++) {
      const [one, two] = [at(140 - 6 * step, 320), at(220 + 12 * step, 320)];
      await finger("touchMove", { ...one, id: 0 }, { ...two, id: 1 });
    }
    // The fingers moved from 80 to 260 px apart, and their middle moved 30 px to the right.
    const { width } = await pictureRect(page);
    expect(width).toBeGreaterThan((360 * 260) / 80 - 8);
    expect(width).toBeLessThan((360 * 260) / 80 + 8);
    await expectSamePart(at(210, 320), before);
    await finger("touchEnd", { ...at(340, 320), id: 1 });
    const { left } = await pictureRect(page);
    await finger("touchMove", { ...at(60, 320), id: 0 });
    await finger("touchEnd");
    expect((await pictureRect(page)).left).toBe(left - 20);
    expect(await pageAtRest(page)).toEqual(rest);
  });

  it("a double tap shows the actual size, and another the whole picture", async () => {
    page = await openPicture(browser, room.port, PHONE);
    touch = await page.context().newCDPSession(page);
    // Sent without waiting for answers: on a busy machine a double tap would become two single taps.
    const twice = () =>
      Promise.all([
        finger("touchStart", { ...at(100, 320), id: 0 }),
        finger("touchEnd"),
        finger("touchStart", { ...at(102, 321), id: 0 }),
        finger("touchEnd"),
      ]);
    await twice();
    expect(await pictureRect(page)).toMatchObject({ width: 800 });
    await twice();
    expect(await pictureRect(page)).toMatchObject({ width: 360 });
    expect(await pageAtRest(page)).toEqual({ scrolled: [0, 0], zoom: 1, ratio: 2 });
  });
});
