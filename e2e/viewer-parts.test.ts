/** A picture that arrives in parts, in a real browser: what is drawn, and what the page shows meanwhile (P-98). */
import { encodeControl, encodeUpdate, type Update } from "@screen-share/protocol";
import { encodeTiles, screenLike } from "@screen-share/protocol/testing";
import type { Browser, Page } from "playwright-core";
import { afterEach, describe, expect } from "vitest";
import type { WebSocket } from "ws";
import { canvasPixels } from "./support/browser.ts";
import { PLACES, type Place, takeHandingOverAway } from "./support/other-browser.ts";
import { ALIKE_DB, psnr } from "./support/pixels.ts";
import { letIn, StandInRelay } from "./support/stand-in-relay.ts";
import { it } from "./support/test.ts";
import { eventually } from "./support/wait.ts";

const SIZE = { width: 512, height: 256 };
const PICTURE = screenLike(SIZE);
const { tables, tiles } = encodeTiles(PICTURE, 90);
const HALF = tiles.length / 2;
const HALF_BYTES = SIZE.width * (SIZE.height / 2) * 4;

let browser: Browser;
let relay: StandInRelay;
let page: Page;
let socket: WebSocket;
it.beforeAll(async ({ browser: shared }) => {
  browser = shared;
});
afterEach(async () => {
  await page.context().close();
  relay.stop();
});

function send(update: Partial<Update>): void {
  const now = Date.now();
  const times = { capturedAt: now, encodedAt: now, relayedAt: now };
  socket.send(
    encodeUpdate({ ...times, keyframe: false, cut: false, epoch: 1, tiles: [], ...update }),
  );
}

async function open(place: Place): Promise<void> {
  let met: WebSocket | undefined;
  relay = await StandInRelay.start((viewer, hello) => {
    letIn({ type: "producer", state: "live", since: Date.now() })(viewer, hello);
    const stream = { codec: "jpeg-tiles" as const, ...SIZE, tables: [tables] };
    viewer.send(encodeControl({ type: "stream", epoch: 1, stream }));
    met = viewer;
  });
  page = await (await browser.newContext()).newPage();
  if (place === "page") await page.addInitScript(takeHandingOverAway);
  await page.goto(`http://localhost:${relay.port}/`);
  const greeted = await eventually(
    async () => met,
    (viewer) => viewer !== undefined,
  );
  if (!greeted) throw new Error("the page did not say hello");
  socket = greeted;
}

const says = (words: string) => page.getByTestId("status").getByText(words).waitFor();
const tone = () => page.getByTestId("status").getAttribute("data-tone");
const upperHalf = (data: Uint8Array) => ({
  ...SIZE,
  height: SIZE.height / 2,
  data: data.subarray(0, HALF_BYTES),
});

describe.each(PLACES)("played in the %s", (place) => {
  it("the first picture is drawn as it arrives, with its progress, and is live once it is whole", async () => {
    await open(place);
    await says("The picture is on its way.");
    send({ tiles: tiles.slice(0, HALF), cut: true });
    await says("The picture is arriving");
    await says("50% received");
    expect(await tone()).toBe("busy");
    const half = await eventually(
      () => canvasPixels(page),
      (pixels) => pixels?.width === SIZE.width,
    );
    if (!half) throw new Error("nothing was drawn");
    expect(psnr(upperHalf(half.data), upperHalf(PICTURE.data))).toBeGreaterThan(ALIKE_DB);
    const lower = half.data.subarray(HALF_BYTES);
    expect(lower.every((value, i) => value === (i % 4 === 3 ? 255 : 0))).toBe(true);
    send({ tiles: tiles.slice(HALF) });
    await says("Live");
    expect(await tone()).toBe("good");
    const whole = await eventually(
      () => canvasPixels(page),
      (pixels) => pixels !== undefined && psnr(pixels, PICTURE) > ALIKE_DB,
    );
    expect(whole && psnr(whole, PICTURE)).toBeGreaterThan(ALIKE_DB);
  });
});

describe("a complete picture", () => {
  it("is not live while parts of it are older, and is live again once none is", async () => {
    await open("worker");
    send({ tiles, keyframe: true });
    await says("Live");
    const cutting = setInterval(() => send({ tiles: tiles.slice(0, 4), cut: true }), 300);
    try {
      await page.locator('[data-testid="status"][data-tone="busy"]').waitFor();
      await page.getByTestId("notice-box").hover();
      await says("Catching up");
      await says("parts of the picture are outdated");
    } finally {
      clearInterval(cutting);
    }
    send({ tiles: tiles.slice(0, 4) });
    await page.locator('[data-testid="status"][data-tone="good"]').waitFor();
  });
});
