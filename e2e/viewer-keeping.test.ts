import { readFile } from "node:fs/promises";
import type { Browser, Download, Page } from "playwright-core";
import { afterAll, afterEach, beforeAll, describe, expect } from "vitest";
import { canvasPixels } from "./support/browser.ts";
import { PLACES } from "./support/other-browser.ts";
import { PaintedRoom, testPicture } from "./support/painted-room.ts";
import { psnr } from "./support/pixels.ts";
import { it } from "./support/test.ts";
import { mintBoth, SECRET } from "./support/tokens.ts";
import {
  openPicture,
  pngPixels,
  takeClipboardAway,
  takeCopyingAway,
} from "./support/viewer-page.ts";
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
const notice = () => page.getByTestId("notice");

async function downloaded(download: Download): Promise<Buffer> {
  return await readFile(await download.path());
}

describe.each(PLACES)("played in the %s", (place) => {
  it("a snapshot is the picture pixel for pixel, whatever part of it is visible", async () => {
    page = await openPicture(browser, room.port, { fragment: "#room=main", place });
    await page.keyboard.press("+");
    const [download] = await Promise.all([page.waitForEvent("download"), page.keyboard.press("s")]);
    expect(download.suggestedFilename()).toMatch(
      /^screen-share main \d{4}-\d\d-\d\d \d\d\.\d\d\.\d\d\.png$/,
    );
    await notice().getByText("Snapshot saved.").waitFor();
    const saved = await pngPixels(page, await downloaded(download));
    expect(saved).toMatchObject({ width: 1600, height: 900 });
    const shown = await canvasPixels(page);
    expect(Buffer.compare(saved.data, shown?.data ?? Buffer.alloc(0))).toBe(0);
    expect(psnr(saved, PICTURE)).toBeGreaterThan(30);
  });

  it("the whole picture is copied", async () => {
    page = await openPicture(browser, room.port, { place });
    await page.context().grantPermissions(["clipboard-read", "clipboard-write"]);
    await page.keyboard.press("y");
    await page.getByText("Picture copied.").waitFor();
    const size = await page.evaluate(async () => {
      const [item] = await navigator.clipboard.read();
      const bitmap = await createImageBitmap((await item?.getType("image/png")) as Blob);
      return [bitmap.width, bitmap.height];
    });
    expect(size).toEqual([1600, 900]);
  });

  it("a floating window shows the picture as it changes, and the same key closes it", async () => {
    page = await openPicture(browser, room.port, { place });
    await page.keyboard.press("p");
    const middle = () =>
      page.evaluate(() => {
        const floating = Reflect.get(window, "documentPictureInPicture").window as Window | null;
        const canvas = floating?.document.querySelector("canvas");
        return [...(canvas?.getContext("2d")?.getImageData(500, 500, 1, 1).data ?? [])];
      });
    const blue = await eventually(middle, ([, , blue = 0]) => blue > 100);
    expect(blue[2]).toBeGreaterThan(100);
    await button("Close the floating window").waitFor();
    room.show(testPicture(1600, 900, [230, 120, 20]));
    const red = await eventually(middle, ([red = 0]) => red > 200);
    expect(red[0]).toBeGreaterThan(200);
    await page.keyboard.press("p");
    await button("Floating window").waitFor();
    expect(await middle()).toEqual([]);
  });
});

describe("the link", () => {
  let locked: PaintedRoom;
  let token: string;
  beforeAll(async () => {
    const tokens = await mintBoth();
    token = tokens.viewer;
    locked = await PaintedRoom.open(PICTURE, { AUTH_SECRET: SECRET }, tokens.producer);
  });
  afterAll(() => locked.close());

  it("is copied with the token, which the address does not show", async () => {
    const fragment = `#room=main&token=${token}`;
    page = await openPicture(browser, locked.port, { fragment });
    await page.context().grantPermissions(["clipboard-read", "clipboard-write"]);
    await page.keyboard.press("c");
    await notice().getByText("Link copied. Anyone who has it can open this room.").waitFor();
    const link = await page.evaluate(() => navigator.clipboard.readText());
    expect(link).toBe(`http://localhost:${locked.port}/${fragment}`);
    expect(page.url()).not.toContain(token);
    await page.context().close();
    page = await openPicture(browser, locked.port, { fragment: new URL(link).hash });
    expect(await canvasPixels(page, 8)).toBeDefined();
  });

  it("is also copied on pages without a clipboard API", async () => {
    const fragment = `#room=main&token=${token}`;
    page = await openPicture(browser, locked.port, { fragment, init: takeClipboardAway });
    await page.keyboard.press("c");
    await notice().getByText("Link copied.").waitFor();
    await page.evaluate(() => {
      const field = document.body.appendChild(document.createElement("textarea"));
      field.id = "pasted";
      field.focus();
    });
    await page.keyboard.press("Control+v");
    expect(await page.locator("#pasted").inputValue()).toContain(fragment);
  });

  it("is shown for copying by hand if the page may not copy", async () => {
    page = await openPicture(browser, locked.port, {
      fragment: `#room=main&token=${token}`,
      init: takeCopyingAway,
    });
    await page.keyboard.press("c");
    const field = page.getByRole("dialog", { name: "Copy link" }).getByRole("textbox");
    await field.waitFor();
    expect(await field.inputValue()).toContain(token);
    const selected = await field.evaluate((input: HTMLInputElement) =>
      input.value.slice(input.selectionStart ?? 0, input.selectionEnd ?? 0),
    );
    expect(selected).toContain(token);
    await page.keyboard.press("Escape");
    await field.waitFor({ state: "detached" });
  });
});

describe("the floating window", () => {
  it("dims an outdated picture and shows its age", async () => {
    const lone = await PaintedRoom.open(PICTURE);
    page = await openPicture(browser, lone.port);
    await page.keyboard.press("p");
    /** How bright it is near its top, and whether there is text below. */
    const look = () =>
      page.evaluate(() => {
        const floating = Reflect.get(window, "documentPictureInPicture").window as Window | null;
        const canvas = floating?.document.querySelector("canvas");
        const context = canvas?.getContext("2d");
        const [, , blue = 0] = context?.getImageData(300, 30, 1, 1).data ?? [];
        const line =
          context?.getImageData(0, (canvas?.height ?? 0) - 60, canvas?.width ?? 1, 30).data ?? [];
        return { blue, letters: line.filter((value) => value > 245).length };
      });
    const live = await eventually(look, ({ blue }) => blue > 100);
    await lone.close();
    const aged = await eventually(look, ({ blue }) => blue > 0 && blue < 0.6 * live.blue);
    expect(aged.blue).toBeLessThan(0.6 * live.blue);
    expect(aged.letters).toBeGreaterThan(300);
  });

  it("is a video's picture-in-picture if there is no other kind", async () => {
    page = await openPicture(browser, room.port, {
      init: () => Object.defineProperty(window, "documentPictureInPicture", { value: undefined }),
    });
    await page.keyboard.press("p");
    const size = () =>
      page.evaluate(() => {
        const video = document.pictureInPictureElement;
        return video instanceof HTMLVideoElement ? [video.videoWidth, video.videoHeight] : [];
      });
    await button("Close the floating window").waitFor();
    expect(await eventually(size, ({ length }) => length > 0)).toEqual([1600, 900]);
    await page.keyboard.press("p");
    await button("Floating window").waitFor();
    expect(await size()).toEqual([]);
  });
});

describe("the screen", () => {
  it("stays on while the picture is live, and only then", async () => {
    const lone = await PaintedRoom.open(PICTURE);
    page = await openPicture(browser, lone.port, {
      init: () => {
        const root = () => document.documentElement.dataset;
        const lock = Object.assign(new EventTarget(), {
          released: false,
          release: async () => {
            root().bright = "no";
          },
        });
        Object.defineProperty(Navigator.prototype, "wakeLock", {
          value: {
            request: async (type: string) => {
              root().bright = type;
              return lock;
            },
          },
        });
      },
    });
    const bright = () => page.evaluate(() => document.documentElement.dataset.bright);
    expect(await eventually(bright, (is) => is === "screen")).toBe("screen");
    await lone.close();
    expect(await eventually(bright, (is) => is === "no")).toBe("no");
  });
});
