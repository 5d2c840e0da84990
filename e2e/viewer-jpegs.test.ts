/** JPEGs from other software, in the page and in the embed element: drawn the same everywhere, or refused with a clear message. */
import { encodeControl, encodeUpdate, type StreamDescription } from "@screen-share/protocol";
import type { Browser, Page } from "playwright-core";
import { afterAll, afterEach, describe, expect } from "vitest";
import { canvasPixels } from "./support/browser.ts";
import { foreignPage } from "./support/local-servers.ts";
import { PLACES } from "./support/other-browser.ts";
import {
  cutOff,
  jpegOf,
  PaintedRoom,
  testPicture,
  withoutEnd,
  withRotation,
} from "./support/painted-room.ts";
import { ALIKE_DB, type Pixels, psnr } from "./support/pixels.ts";
import { letIn, StandInRelay } from "./support/stand-in-relay.ts";
import { it } from "./support/test.ts";
import { openPicture, pngPixels } from "./support/viewer-page.ts";
import { eventually } from "./support/wait.ts";

const PICTURE = testPicture(480, 270);
const OTHER = testPicture(320, 400, [60, 160, 60]);

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

async function expectShown(picture: Pixels, look: () => Promise<Pixels | undefined>) {
  const alike = (shown: Pixels | undefined) =>
    shown?.width === picture.width &&
    shown.height === picture.height &&
    psnr(shown, picture) > ALIKE_DB;
  const shown = await eventually(look, alike);
  expect(shown).toMatchObject({ width: picture.width, height: picture.height });
  expect(shown && psnr(shown, picture)).toBeGreaterThan(ALIKE_DB);
}

describe.each(PLACES)("played in the %s (P-24, P-97)", (place) => {
  it("an EXIF rotation has no effect, for any rotation and shape of the picture, nor in a snapshot", async () => {
    page = await openPicture(browser, room.port, { place });
    for (const [orientation, picture] of [
      [6, OTHER],
      [3, PICTURE],
    ] as const) {
      room.showJpeg(withRotation(jpegOf(picture), orientation));
      await expectShown(picture, () => canvasPixels(page));
    }
    const [download] = await Promise.all([page.waitForEvent("download"), page.keyboard.press("s")]);
    const chunks: Buffer[] = [];
    for await (const chunk of await download.createReadStream()) chunks.push(chunk as Buffer);
    const saved = await pngPixels(page, Buffer.concat(chunks));
    expect(psnr(saved, PICTURE)).toBeGreaterThan(ALIKE_DB);
  });

  it("a JPEG without its end is drawn, a truncated one as far as it goes, and the page is live", async () => {
    page = await openPicture(browser, room.port, { place });
    room.showJpeg(withoutEnd(jpegOf(OTHER)));
    await expectShown(OTHER, () => canvasPixels(page));
    room.showJpeg(cutOff(jpegOf(PICTURE), 0.8));
    const upper = (pixels: Pixels) => ({
      ...pixels,
      height: 135,
      data: pixels.data.subarray(0, pixels.width * 135 * 4),
    });
    await expectShown(upper(PICTURE), async () => {
      const pixels = await canvasPixels(page);
      return pixels?.height === PICTURE.height ? upper(pixels) : undefined;
    });
    await page.getByTestId("status").getByText("Live").waitFor();
  });
});

describe("the embed element", () => {
  it("also ignores an EXIF rotation and a missing end", async () => {
    const foreign = await foreignPage();
    const opened = await PaintedRoom.open(OTHER, { ALLOWED_ORIGINS: foreign.origin });
    try {
      foreign.html =
        `<!doctype html><html lang="en"><title>JPEGs</title><screen-share-viewer></screen-share-viewer>` +
        `<script type="module" src="http://localhost:${opened.port}/embed.js"></script>`;
      opened.showJpeg(withoutEnd(withRotation(jpegOf(OTHER), 6)));
      page = await (await browser.newContext()).newPage();
      await page.goto(foreign.origin);
      await expectShown(OTHER, async () => await elementPixels(page));
    } finally {
      foreign.close();
      await opened.close();
    }
  });
});

describe("a picture that is too large (P-15)", () => {
  const jpeg = jpegOf(testPicture(64, 64));
  /** A relay that accepts anything. */
  const careless = (description: StreamDescription, bytes: Uint8Array) =>
    StandInRelay.start((socket, hello) => {
      letIn({ type: "producer", state: "live", since: Date.now() })(socket, hello);
      socket.send(encodeControl({ type: "stream", epoch: 1, stream: description }));
      const times = { capturedAt: 0, encodedAt: 0, relayedAt: 0 };
      const tiles = [{ index: 0, table: 0, bytes }];
      socket.send(encodeUpdate({ ...times, keyframe: true, cut: false, epoch: 1, tiles }));
    });

  it.each([
    [5793, 5793],
    [9000, 100],
  ])("is refused by the page as described: %i×%i px", async (width, height) => {
    const relay = await careless({ codec: "jpeg", width, height, tables: [] }, jpeg);
    try {
      page = await (await browser.newContext()).newPage();
      await page.goto(`http://localhost:${relay.port}/`);
      await page.getByText("The host’s picture is too large").waitFor();
      expect(await page.getByTestId("screen").getAttribute("data-updates")).toBe("0");
    } finally {
      relay.stop();
    }
  });

  it("is refused by the page because of the size in its header", async () => {
    const large = Uint8Array.from(jpeg);
    const frameAt = large.findIndex((byte, i) => byte === 0xff && large[i + 1] === 0xc0);
    large.set([0x20, 0x00, 0x20, 0x00], frameAt + 5);
    const relay = await careless({ codec: "jpeg", width: 64, height: 64, tables: [] }, large);
    try {
      page = await (await browser.newContext()).newPage();
      await page.goto(`http://localhost:${relay.port}/`);
      await page.getByText("The host’s picture is too large").waitFor();
      expect(await page.getByTestId("screen").getAttribute("data-updates")).toBe("0");
    } finally {
      relay.stop();
    }
  });
});

/** The pixels of the element's canvas, through its shadow root. */
async function elementPixels(page: Page): Promise<Pixels | undefined> {
  const shown = await page.locator("screen-share-viewer").evaluate((element) => {
    const canvas = element.shadowRoot?.querySelector("canvas");
    if (!canvas || !Number(canvas.dataset.updates)) return undefined;
    const { width, height } = canvas;
    const data = canvas.getContext("2d")?.getImageData(0, 0, width, height).data;
    return { width, height, data: [...(data ?? [])] };
  });
  return shown && { ...shown, data: Uint8Array.from(shown.data) };
}
