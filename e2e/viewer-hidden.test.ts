/** A page that records while it is hidden records the current picture, not the one from before. */
import { afterAll, beforeAll, expect, it } from "vitest";
import { VirtualDesktop } from "./support/desktop.ts";
import { PaintedRoom, testPicture } from "./support/painted-room.ts";
import { chooseFileOfPage, fileOfPage, playVideo } from "./support/video.ts";
import { eventually } from "./support/wait.ts";
import { hidePage, startWindowedBrowser, type WindowedBrowser } from "./support/windowed.ts";

let desktop: VirtualDesktop;
let windowed: WindowedBrowser;
let room: PaintedRoom;
beforeAll(async () => {
  desktop = await VirtualDesktop.start({ width: 1280, height: 720 });
  windowed = await startWindowedBrowser(desktop);
  room = await PaintedRoom.open(testPicture(1600, 900));
});
afterAll(async () => {
  await windowed.close();
  await desktop.stop();
  await room.close();
});

it("a recording continues in a background tab, including later changes", async () => {
  const { page } = windowed;
  await page.addInitScript(chooseFileOfPage);
  await page.goto(`http://localhost:${room.port}/`);
  await page.getByTestId("controls").waitFor();
  await page.keyboard.press("r");
  const mark = page.getByTestId("recording");
  await mark.waitFor();
  await hidePage(page);
  const seen = await page.evaluate(() => document.visibilityState);
  expect(seen).toBe("hidden");
  expect(await page.getByTestId("screen").getAttribute("data-player")).toBe("worker");

  room.show(testPicture(1600, 900, [230, 120, 20]));
  // Browsers run the timers of hidden pages only once per second.
  const before = secondsOf(await mark.textContent());
  const later = await eventually(
    async () => secondsOf(await mark.textContent()),
    (seconds) => seconds >= before + 4,
  );
  expect(later).toBeGreaterThanOrEqual(before + 4);
  // Not with the mouse, since nothing can be clicked on a hidden page.
  await mark.getByRole("button").evaluate((stop: HTMLButtonElement) => stop.click());
  await mark.waitFor({ state: "detached" });
  await page.bringToFront();
  const { middle } = await playVideo(page, await fileOfPage(page));
  const [red = 0, , blue = 255] = middle;
  expect(red).toBeGreaterThan(180);
  expect(blue).toBeLessThan(80);
});

/** The seconds in "Recording 0:07Stop …". */
function secondsOf(words: string | null): number {
  const [, minutes = 0, seconds = 0] = /(\d+):(\d\d)/.exec(words ?? "") ?? [];
  return Number(minutes) * 60 + Number(seconds);
}
