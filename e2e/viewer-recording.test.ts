/** Recording the picture in a real browser: what the file contains, where it goes, and when the recording ends. */
import { once } from "node:events";
import { readFile } from "node:fs/promises";
import type { Browser, Download, Page } from "playwright-core";
import { afterAll, afterEach, describe, expect } from "vitest";
import { canvasPixels } from "./support/browser.ts";
import { PLACES } from "./support/other-browser.ts";
import { PaintedRoom, testPicture } from "./support/painted-room.ts";
import { it } from "./support/test.ts";
import {
  chooseFileOfPage,
  chooseFileWhenTold,
  fileOfPage,
  playVideo,
  probeVideo,
  takeFilePickerAway,
} from "./support/video.ts";
import { clickControl, openPicture } from "./support/viewer-page.ts";
import { eventually } from "./support/wait.ts";

/** The first bytes of an index of key frames in WebM (RFC 9559, §5.1.5). */
const CUES = Buffer.from([0x1c, 0x53, 0xbb, 0x6b]);
/** Small, since the video is encoded in software. */
const PICTURE = testPicture(800, 450);

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

/** A browser that records only MP4, and only as a download, as Safari does. */
function withMp4Alone(): void {
  Object.defineProperty(window, "showSaveFilePicker", { value: undefined });
  const supported = MediaRecorder.isTypeSupported.bind(MediaRecorder);
  MediaRecorder.isTypeSupported = (type) => type.startsWith("video/mp4") && supported(type);
}

/** An encoder that starts and ends but produces nothing, as in a WebKitGTK that is only partly installed. */
function withSilentEncoder(): void {
  Object.defineProperty(window, "showSaveFilePicker", { value: undefined });
  const listen = EventTarget.prototype.addEventListener;
  MediaRecorder.prototype.addEventListener = function (type: string, listener: EventListener) {
    if (type !== "dataavailable") listen.call(this, type, listener);
  };
}

describe.each(PLACES)("played in the %s", (place) => {
  it("a recording is a playable video, is indicated while it is made, and survives a change of the picture's size", async () => {
    page = await openPicture(browser, room.port, { init: takeFilePickerAway, place });
    await page.keyboard.press("r");
    const mark = page.getByTestId("recording");
    await mark.waitFor();
    await mark.getByText(/0:0[1-9]/).waitFor();
    room.show(testPicture(400, 400, [200, 200, 0]));
    await eventually(
      async () => (await canvasPixels(page, 8))?.width,
      (width) => width === 50,
    );
    // However late it is by now, record the square picture for as long as the first one.
    const recordedS = async () => Number(/0:(\d\d)/.exec((await mark.textContent()) ?? "")?.[1]);
    const changedAtS = await recordedS();
    await eventually(recordedS, (seconds) => seconds >= changedAtS + 2);
    const [download] = await Promise.all([
      page.waitForEvent("download"),
      mark.getByRole("button").click(),
    ]);
    expect(download.suggestedFilename()).toMatch(/\.webm$/);
    await mark.waitFor({ state: "detached" });
    const file = await downloaded(download);
    const played = await playVideo(page, file);
    expect(played).toMatchObject({ width: 800, height: 450 });
    expect(played.frames).toBeGreaterThan(3);
    // At its end, the square picture is in the middle, with the field's colour as encoded in the video.
    const [red = 0, green = 0, blue = 255] = played.middle;
    expect(red).toBeGreaterThan(150);
    expect(green).toBeGreaterThan(150);
    expect(blue).toBeLessThan(90);
    expect(Math.max(...played.side)).toBeLessThan(30);
    // Players know its duration, and can seek.
    expect(file.includes(CUES)).toBe(true);
    const probed = await probeVideo(file);
    expect(probed.container).toContain("webm");
    expect(probed.durationS).toBeGreaterThanOrEqual(changedAtS + 1);
    expect(probed.durationS).toBeLessThan(changedAtS + 60);
    expect(played.durationS).toBeCloseTo(probed.durationS, 1);
    expect(probed.early[2]).toBeGreaterThan(90);
    expect(probed.late[2]).toBeLessThan(90);
  });
});

describe("a recording", () => {
  it("a recording goes straight into a file if the browser supports that", async () => {
    page = await openPicture(browser, room.port, { init: chooseFileOfPage });
    await clickControl(page, "Record to a file");
    await page
      .getByTestId("recording")
      .getByText(/0:(0[2-9]|[1-5]\d)/)
      .waitFor();
    await clickControl(page, "Stop recording");
    await page.getByText("Recording saved.").waitFor();
    const file = await fileOfPage(page);
    expect((await playVideo(page, file)).frames).toBeGreaterThan(1);
    expect(file.includes(CUES)).toBe(true);
    expect((await probeVideo(file)).durationS).toBeGreaterThan(1);
  });

  it("an MP4 recording also has its duration and can be seeked", async () => {
    page = await openPicture(browser, room.port, { init: withMp4Alone });
    await page.keyboard.press("r");
    const mark = page.getByTestId("recording");
    await mark.getByText(/0:(0[2-9]|[1-5]\d)/).waitFor();
    const [download] = await Promise.all([
      page.waitForEvent("download"),
      mark.getByRole("button").click(),
    ]);
    expect(download.suggestedFilename()).toMatch(/\.mp4$/);
    const probed = await probeVideo(await downloaded(download));
    expect(probed.container).toContain("mp4");
    expect(probed.durationS).toBeGreaterThan(1);
    expect(probed.late[2]).toBeGreaterThan(90);
  });

  it("a recording is saved when the player crashes, and another can be started", async () => {
    page = await openPicture(browser, room.port, { init: takeFilePickerAway });
    await page.keyboard.press("r");
    await page
      .getByTestId("recording")
      .getByText(/0:(0[2-9]|[1-5]\d)/)
      .waitFor();
    // On a busy machine the browser may report the worker after the picture.
    const worker = page.workers()[0] ?? (await page.waitForEvent("worker"));
    const [download] = await Promise.all([
      page.waitForEvent("download"),
      // It is shown for only four seconds.
      notice().getByText("Recording saved.").waitFor(),
      worker.evaluate(() => {
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

  it("a recording is of one room, and is saved on the way to another", async () => {
    page = await openPicture(browser, room.port, { init: takeFilePickerAway });
    await page.keyboard.press("r");
    await page
      .getByTestId("recording")
      .getByText(/0:(0[2-9]|[1-5]\d)/)
      .waitFor();
    const [download] = await Promise.all([
      page.waitForEvent("download"),
      // It is shown for only four seconds.
      notice().getByText("Recording saved.").waitFor(),
      page.evaluate(() => {
        location.hash = "#room=other";
      }),
    ]);
    expect(download.suggestedFilename()).toContain(" main ");
    expect(await page.getByTestId("recording").count()).toBe(0);
    expect((await playVideo(page, await downloaded(download))).frames).toBeGreaterThan(1);
  });

  it("a recording does not begin in a different room than it was started in", async () => {
    page = await openPicture(browser, room.port, { init: chooseFileWhenTold });
    await page.keyboard.press("r");
    await page.locator("[data-asked]").waitFor();
    await page.evaluate(() => {
      location.hash = "#room=other";
    });
    await page.getByText("Waiting for the host").waitFor();
    await page.evaluate(() => document.dispatchEvent(new Event("choose")));
    await notice().getByText("The recording failed: ").waitFor();
    expect(await page.getByTestId("recording").count()).toBe(0);
    expect(await fileOfPage(page)).toHaveLength(0);
  });

  it("an empty recording is not saved and reported as failed", async () => {
    page = await openPicture(browser, room.port, { init: withSilentEncoder });
    const saved: string[] = [];
    page.on("download", (download) => saved.push(download.suggestedFilename()));
    await page.keyboard.press("r");
    await page.getByTestId("recording").waitFor();
    await page.keyboard.press("r");
    await notice()
      .getByText("The recording failed: the browser’s encoder produced no data")
      .waitFor();
    expect(saved).toEqual([]);
  });

  it("nothing is recorded if no file is chosen", async () => {
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

  it("leaving while recording asks for confirmation", async () => {
    page = await openPicture(browser, room.port, { init: takeFilePickerAway });
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
