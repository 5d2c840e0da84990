/** The viewer in a browser that returns noise when a page reads its canvas, as Tor Browser and LibreWolf do. */
import { decodeTurbo } from "@screen-share/protocol/testing";
import { afterAll, beforeAll, expect, it } from "vitest";
import { Firefox } from "./support/firefox.ts";
import { PLACES, savedFile } from "./support/other-browser.ts";
import { PaintedRoom, testPicture } from "./support/painted-room.ts";
import { ALIKE_DB, psnr } from "./support/pixels.ts";
import { noteNotices, noticesOf } from "./support/viewer-page.ts";

const SIZE = { width: 800, height: 450 } as const;
const PICTURE = testPicture(SIZE.width, SIZE.height);

let firefox: Firefox;
let room: PaintedRoom;
beforeAll(async () => {
  firefox = await Firefox.start({ "privacy.resistFingerprinting": true });
  room = await PaintedRoom.open(PICTURE);
});
afterAll(async () => {
  await firefox.close();
  await room.close();
});

const says = async (words: RegExp) => {
  expect(await noticesOf(firefox, words)).toContainEqual(expect.stringMatching(words));
};

it.each(PLACES)(
  "saves the picture as it was received, and records no noise (%s)",
  async (place) => {
    await firefox.open(`http://localhost:${room.port}/`, place);
    await firefox.page.getByTestId("controls").waitFor();
    await firefox.evaluate(noteNotices, undefined);
    await firefox.press("s");
    await says(/^Snapshot saved as a JPEG\.$/);
    const { bytes } = await savedFile(firefox, /^screen-share main .*\.jpg$/, (file) =>
      file.subarray(-2).equals(Buffer.of(0xff, 0xd9)),
    );
    const saved = decodeTurbo(bytes);
    expect(saved).toMatchObject(SIZE);
    expect(psnr(saved, PICTURE)).toBeGreaterThan(ALIKE_DB);
    await firefox.press("r");
    await says(/Allow canvas data for this page to record/);
    expect(await firefox.page.getByTestId("recording").count()).toBe(0);
  },
);
