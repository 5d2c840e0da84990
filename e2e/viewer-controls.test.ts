/** What a person can do with the picture, in a real browser: the bar, its keys, and what is kept, shared and shown elsewhere. */
import { once } from "node:events";
import { readFile } from "node:fs/promises";
import type { Browser, Download, Page } from "playwright-core";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { canvasPixels, startBrowser } from "./support/browser.ts";
import { PaintedRoom, testPicture } from "./support/painted-room.ts";
import { psnr } from "./support/pixels.ts";
import { mintBoth, SECRET } from "./support/tokens.ts";
import { chooseFileOfPage, fileOfPage, playVideo } from "./support/video.ts";
import { openPicture, PHONE, pictureRect, pngPixels } from "./support/viewer-page.ts";
import { eventually } from "./support/wait.ts";
import { PLACES } from "./support/watched-page.ts";

const PICTURE = testPicture(1600, 900);

let browser: Browser;
let room: PaintedRoom;
let page: Page;
beforeAll(async () => {
  browser = await startBrowser();
  room = await PaintedRoom.open(PICTURE);
});
afterEach(async () => {
  await page.context().close();
  room.show(PICTURE);
});
afterAll(async () => {
  await browser.close();
  await room.close();
});

const bar = () => page.getByTestId("controls");
const button = (name: string) => bar().getByRole("button", { name });
const notice = () => page.getByTestId("notice");
/** Whether the bar is in sight. */
const isShown = async () => (await bar().evaluate((it) => getComputedStyle(it).opacity)) === "1";
const untilShown = (shown: boolean) => eventually(isShown, (is) => is === shown);

async function downloaded(download: Download): Promise<Buffer> {
  return await readFile(await download.path());
}

/** Files are chosen in a window of the system, which no test can reach: without it they are downloads. */
function withoutFilePicker(): void {
  Object.defineProperty(window, "showSaveFilePicker", { value: undefined });
}

describe("the bar", () => {
  it("goes when the pointer rests, and comes back when it moves", async () => {
    page = await openPicture(browser, room.port);
    expect(await untilShown(false)).toBe(false);
    await page.mouse.move(300, 300);
    await page.mouse.move(310, 300);
    expect(await untilShown(true)).toBe(true);
  });

  it("takes no touch while it is out of sight, and comes back by it", async () => {
    page = await openPicture(browser, room.port, PHONE);
    expect(await untilShown(false)).toBe(false);
    const { x = 0, y = 0 } = (await button("Actual size").boundingBox()) ?? {};
    await page.touchscreen.tap(x + 10, y + 10);
    expect(await untilShown(true)).toBe(true);
    expect(await pictureRect(page)).toMatchObject({ width: 360 });
    await button("Actual size").tap();
    expect(await pictureRect(page)).toMatchObject({ width: 800 });
  });

  it("comes when the keyboard enters it, and stays while it is there", async () => {
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
    // Longer than it shows itself otherwise.
    await page.waitForTimeout(4000);
    expect(await isShown()).toBe(true);
  });

  it("stays while its menu is open, which keys work and Escape closes", async () => {
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

  it("has targets of 44 px for fingers, all of them on the screen", async () => {
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
      const status = await page.getByTestId("status").locator(".notice-box").boundingBox();
      const own = await bar().boundingBox();
      expect((status?.y ?? 0) + (status?.height ?? 0)).toBeLessThan(own?.y ?? 0);
    },
  );
});

describe("the statistics", () => {
  it.each([PHONE.viewport, { width: 640, height: 360 }])(
    "do not lie on the controls at $width×$height, nor on the mark of a recording",
    async (viewport) => {
      page = await openPicture(browser, room.port, { ...PHONE, viewport, init: withoutFilePicker });
      await page.keyboard.press("r");
      await page.getByTestId("recording").waitFor();
      await page.keyboard.press("i");
      const panel = page.getByTestId("statistics");
      await panel.waitFor();
      await bar().waitFor();
      for (const shown of [bar(), page.getByTestId("recording")]) {
        const [own, theirs] = [await panel.boundingBox(), await shown.boundingBox()];
        if (!own || !theirs) throw new Error("both are there");
        const apart =
          own.y + own.height <= theirs.y ||
          theirs.y + theirs.height <= own.y ||
          own.x + own.width <= theirs.x ||
          theirs.x + theirs.width <= own.x;
        expect(apart, `${JSON.stringify(own)} ${JSON.stringify(theirs)}`).toBe(true);
      }
      await page.keyboard.press("r");
    },
  );

  it("stay when Esc closes a sheet over them, and go with the next", async () => {
    page = await openPicture(browser, room.port);
    await page.keyboard.press("i");
    const panel = page.getByTestId("statistics");
    await panel.waitFor();
    await page.keyboard.press("?");
    const sheet = page.getByRole("dialog", { name: "Keyboard and gestures" });
    await sheet.waitFor();
    await page.keyboard.press("Escape");
    await sheet.waitFor({ state: "detached" });
    expect(await panel.count()).toBe(1);
    await page.keyboard.press("Escape");
    await panel.waitFor({ state: "detached" });
  });
});

describe("full screen", () => {
  it("comes and goes by a key, and hides a pointer that rests", async () => {
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

  it("is not offered where the browser has none", async () => {
    page = await openPicture(browser, room.port, {
      init: () => Object.defineProperty(Document.prototype, "fullscreenEnabled", { value: false }),
    });
    expect(await button("Full screen").count()).toBe(0);
    expect(await button("More").count()).toBe(1);
  });
});

describe("the help sheet", () => {
  it("tells every key, keeps the others quiet while it is there, and gives the focus back", async () => {
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

describe.each(PLACES)("of what is played in the %s", (place) => {
  it("a snapshot is the picture px for px, whatever of it is seen", async () => {
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

  it("a picture is copied whole", async () => {
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

  it("a recording is a video that plays, says all the while that it is made, and outlives a change of the picture's size", async () => {
    page = await openPicture(browser, room.port, { init: withoutFilePicker, place });
    await page.keyboard.press("r");
    const mark = page.getByTestId("recording");
    await mark.waitFor();
    await mark.getByText(/0:0[1-9]/).waitFor();
    room.show(testPicture(800, 800, [200, 200, 0]));
    await eventually(
      async () => (await canvasPixels(page, 8))?.width,
      (width) => width === 100,
    );
    await mark.getByText(/0:(0[3-9]|[1-5]\d)/).waitFor();
    const [download] = await Promise.all([
      page.waitForEvent("download"),
      mark.getByRole("button").click(),
    ]);
    expect(download.suggestedFilename()).toMatch(/\.webm$/);
    await mark.waitFor({ state: "detached" });
    const played = await playVideo(page, await downloaded(download));
    expect(played).toMatchObject({ width: 1600, height: 900 });
    expect(played.frames).toBeGreaterThan(3);
    // At its end the square picture, in the middle; its field's colour as the video gives it.
    const [red = 0, green = 0, blue = 255] = played.middle;
    expect(red).toBeGreaterThan(150);
    expect(green).toBeGreaterThan(150);
    expect(blue).toBeLessThan(90);
    expect(Math.max(...played.side)).toBeLessThan(30);
  });

  it("a floating window shows the picture as it changes, and goes by the same key", async () => {
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

describe("what is kept", () => {
  it("a recording goes straight into a file where the browser writes one", async () => {
    page = await openPicture(browser, room.port, { init: chooseFileOfPage });
    await button("Record to a file").click();
    await page
      .getByTestId("recording")
      .getByText(/0:(0[2-9]|[1-5]\d)/)
      .waitFor();
    await button("Stop recording").click();
    await page.getByText("Recording saved.").waitFor();
    expect((await playVideo(page, await fileOfPage(page))).frames).toBeGreaterThan(1);
  });

  it("a recording is saved when the player crashes, and another can be made", async () => {
    page = await openPicture(browser, room.port, { init: withoutFilePicker });
    await page.keyboard.press("r");
    await page
      .getByTestId("recording")
      .getByText(/0:(0[2-9]|[1-5]\d)/)
      .waitFor();
    const [download] = await Promise.all([
      page.waitForEvent("download"),
      page.workers()[0]?.evaluate(() => {
        setTimeout(() => {
          throw new Error("a bug");
        });
      }),
    ]);
    expect((await playVideo(page, await downloaded(download))).frames).toBeGreaterThan(1);
    await page.locator('[data-player="page"]').waitFor();
    const record = button("Record to a file");
    expect(await eventually(async () => await record.isEnabled(), Boolean)).toBe(true);
    await page.keyboard.press("r");
    await page.getByTestId("recording").waitFor();
  });

  it("nothing is recorded if nobody chooses a file", async () => {
    page = await openPicture(browser, room.port, {
      init: () =>
        Object.defineProperty(window, "showSaveFilePicker", {
          value: () => {
            document.documentElement.dataset.asked = "";
            return Promise.reject(new DOMException("nobody chose", "AbortError"));
          },
        }),
    });
    await page.keyboard.press("r");
    await page.locator("[data-asked]").waitFor();
    expect(await page.getByTestId("recording").count()).toBe(0);
    expect(await button("Record to a file").isEnabled()).toBe(true);
  });

  it("whoever leaves while recording is asked first", async () => {
    page = await openPicture(browser, room.port, { init: withoutFilePicker });
    await page.mouse.click(300, 300);
    await page.keyboard.press("r");
    await page.getByTestId("recording").waitFor();
    const asked = once(page as unknown as NodeJS.EventEmitter, "dialog");
    await page.close({ runBeforeUnload: true });
    const [dialog] = await asked;
    expect(dialog.type()).toBe("beforeunload");
    await dialog.dismiss();
    expect(await page.getByTestId("recording").count()).toBe(1);
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

  it("is copied with what opens the room, which the address does not show", async () => {
    const fragment = `#room=main&token=${token}`;
    page = await openPicture(browser, locked.port, { fragment });
    await page.context().grantPermissions(["clipboard-read", "clipboard-write"]);
    await page.keyboard.press("c");
    await notice().getByText("Link copied. It opens this room for whoever has it.").waitFor();
    const link = await page.evaluate(() => navigator.clipboard.readText());
    expect(link).toBe(`http://localhost:${locked.port}/${fragment}`);
    expect(page.url()).not.toContain(token);
    await page.context().close();
    page = await openPicture(browser, locked.port, { fragment: new URL(link).hash });
    expect(await canvasPixels(page, 8)).toBeDefined();
  });

  it("is shown to be copied by hand where the page may not", async () => {
    page = await openPicture(browser, locked.port, {
      fragment: `#room=main&token=${token}`,
      init: () => Object.defineProperty(Navigator.prototype, "clipboard", { value: undefined }),
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
  it("is a video's where there are no others", async () => {
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
  it("is kept bright while the picture is live, and left alone when it is not", async () => {
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
