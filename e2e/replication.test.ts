/**
 * The real product: a desktop on Xvfb with moving windows, the built agent with real grabs, the built relay, Chromium.
 */
import { once } from "node:events";
import { mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { SUBPROTOCOL } from "@screen-share/protocol";
import { TestViewer } from "@screen-share/protocol/testing/test-viewer";
import jpegJs from "jpeg-js";
import type { Browser } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import WebSocket from "ws";
import {
  canvasPixels,
  likeness,
  openViewer,
  startBrowser,
  viewerState,
} from "./support/browser.ts";
import { killGroup, VirtualDesktop } from "./support/desktop.ts";
import { ALIKE_DB, colourCount, type Pixels, psnr } from "./support/pixels.ts";
import { freePort } from "./support/ports.ts";
import { type Program, startAgent, startRelay } from "./support/programs.ts";
import { eventually } from "./support/wait.ts";

let browser: Browser;
beforeAll(async () => {
  browser = await startBrowser();
});
afterAll(() => browser.close());

const terminal = [
  ...["xterm", "-geometry", "72x18+20+20", "-fa", "DejaVu Sans Mono", "-fs", "12"],
  ...["-bg", "#202428", "-fg", "#d0d4d8"],
];

/** A desktop with a pattern, a scrolling terminal, and a terminal to type into. */
async function busyDesktop(size: { width: number; height: number }) {
  const desktop = await VirtualDesktop.start(size);
  await desktop.finish("xsetroot", "-solid", "#336699");
  const [command = "", ...args] = terminal;
  const loop =
    'i=0; while :; do i=$((i+1)); echo "line $i of a terminal that scrolls"; sleep 0.05; done';
  const scrolling = desktop.run(command, ...args, "-e", "sh", "-c", loop);
  const started = await eventually(
    () => desktop.pixels(),
    (pixels) => colourCount(pixels) > 20,
  );
  expect(colourCount(started)).toBeGreaterThan(20);
  return { desktop, still: () => killGroup(scrolling, "SIGSTOP") };
}

const decode = (jpeg: Uint8Array): Pixels => jpegJs.decode(jpeg, { maxMemoryUsageInMB: 1024 });

describe.each([
  { width: 1920, height: 1080 },
  { width: 1366, height: 768 },
  { width: 1367, height: 769 },
  { width: 801, height: 603 },
])("a screen of $width×$height", (size) => {
  let desktop: VirtualDesktop;
  let still: () => void;
  let port: number;
  let programs: Program[];

  beforeAll(async () => {
    ({ desktop, still } = await busyDesktop(size));
    port = await freePort();
    const relay = await startRelay(port);
    programs = [relay, startAgent({ port, display: desktop.display })];
  });
  afterAll(async () => {
    for (const program of programs) await program.end("SIGTERM");
    await desktop.stop();
  });

  it("is shown in the browser, moving and then static, with the same pixels", async () => {
    const page = await openViewer(browser, port);
    const frames = () => page.getByTestId("screen").getAttribute("data-updates");
    await eventually(frames, (count) => Number(count) > 10);
    expect(Number(await frames())).toBeGreaterThan(10);
    still();
    const db = await likeness(page, () => desktop.pixels());
    expect(db).toBeGreaterThan(ALIKE_DB);
    const shown = await canvasPixels(page);
    expect(shown).toMatchObject(size);
    expect(await viewerState(page)).toBe("connected");
    await page.close();
  });

  it("is shown to a late joiner at once, even if nothing changes", async () => {
    const page = await openViewer(browser, port);
    expect(await likeness(page, () => desktop.pixels())).toBeGreaterThan(ALIKE_DB);
    await page.close();
  });

  it("is decoded to the same pixels by Chromium and by an independent decoder", async () => {
    const response = await fetch(`http://localhost:${port}/snapshot.jpg`);
    expect(response.status).toBe(200);
    const jpeg = new Uint8Array(await response.arrayBuffer());
    const independent = decode(jpeg);
    expect(psnr(await desktop.pixels(), independent)).toBeGreaterThan(ALIKE_DB);
    const page = await openViewer(browser, port);
    // The first picture may be drawn in parts. Two decoders may differ by one level because of rounding.
    const alikeDb = await eventually(
      async () => {
        const shown = await canvasPixels(page);
        return shown ? psnr(shown, independent) : 0;
      },
      (db) => db > 45,
    );
    expect(alikeDb).toBeGreaterThan(45);
    await page.close();
  });
});

describe("on an idle desktop", () => {
  let desktop: VirtualDesktop;
  let port: number;
  let relay: Program;
  let agent: Program;

  beforeAll(async () => {
    desktop = await VirtualDesktop.start({ width: 1280, height: 720 });
    await desktop.finish("xsetroot", "-solid", "#336699");
    const [command = "", ...args] = terminal;
    desktop.run(command, ...args, "-xrm", "*cursorBlink: false", "-e", "cat");
    const shown = await eventually(
      () => desktop.pixels(),
      (pixels) => colourCount(pixels) > 2,
    );
    expect(colourCount(shown)).toBeGreaterThan(2);
    port = await freePort();
    relay = await startRelay(port);
    agent = startAgent({ port, display: desktop.display });
  });
  afterAll(async () => {
    await agent.end("SIGTERM");
    await relay.end("SIGTERM");
    await desktop.stop();
  });

  it("no picture data is sent, only that the picture is current", async () => {
    const viewer = new TestViewer(port);
    await viewer.until(() => viewer.replica.shown !== undefined);
    await viewer.until(() => viewer.updates.at(-1)?.tiles === 0);
    const before = viewer.updates.length;
    await viewer.until(() => viewer.updates.length >= before + 3);
    const idle = viewer.updates.slice(before);
    expect(idle.map(({ tiles }) => tiles)).toEqual(idle.map(() => 0));
    expect(Math.max(...idle.map(({ bytes }) => bytes))).toBeLessThan(40);
    viewer.close();
  });

  it("a typed letter sends only the bytes of its tiles", async () => {
    const viewer = new TestViewer(port);
    await viewer.until(() => viewer.updates.at(-1)?.tiles === 0);
    const before = viewer.updates.length;
    await desktop.finish("xdotool", "mousemove", "200", "200", "type", "m");
    await viewer.until(() => viewer.updates.slice(before).some(({ tiles }) => tiles > 0));
    const typed = viewer.updates.slice(before).filter(({ tiles }) => tiles > 0);
    expect(Math.max(...typed.map(({ tiles }) => tiles))).toBeLessThanOrEqual(12);
    expect(Math.max(...typed.map(({ bytes }) => bytes))).toBeLessThan(4000);
    viewer.close();
  });

  it("plain clients with another WebSocket library work", async () => {
    const plain = new WebSocket(`ws://localhost:${port}/ws/viewer`);
    const texts: string[] = [];
    const [jpeg] = await new Promise<[Buffer]>((resolve) => {
      plain.on("message", (data: Buffer, isBinary: boolean) => {
        if (isBinary) resolve([data]);
        else texts.push(data.toString());
      });
    });
    expect(texts).toEqual(["producer:connected"]);
    expect(psnr(await desktop.pixels(), decode(jpeg))).toBeGreaterThan(ALIKE_DB);

    const page = await openViewer(browser, port, "#room=plain");
    const producer = new WebSocket(`ws://localhost:${port}/ws/producer?room=plain`);
    await once(producer, "open");
    producer.send(jpeg);
    const shown = await eventually(
      () => canvasPixels(page),
      (pixels) => pixels !== undefined,
    );
    expect(shown && psnr(shown, decode(jpeg))).toBeGreaterThan(45);
    expect(plain.protocol).not.toBe(SUBPROTOCOL);
    plain.terminate();
    producer.terminate();
    await page.close();
  });

  it("the picture returns by itself after agent, relay and browser are killed in turn", async () => {
    const page = await openViewer(browser, port);
    const type = (text: string) =>
      desktop.finish("xdotool", "mousemove", "200", "200", "type", text);
    const alike = () => likeness(page, () => desktop.pixels());
    expect(await alike()).toBeGreaterThan(ALIKE_DB);

    await agent.end("SIGKILL");
    await eventually(
      () => viewerState(page),
      (state) => state === "waiting",
    );
    expect(await viewerState(page)).toBe("waiting");
    // The last picture stays.
    expect(
      psnr(await desktop.pixels(), (await canvasPixels(page)) ?? decode(new Uint8Array())),
    ).toBeGreaterThan(ALIKE_DB);
    await type("agent gone");
    agent = startAgent({ port, display: desktop.display });
    expect(await alike()).toBeGreaterThan(ALIKE_DB);
    await eventually(
      () => viewerState(page),
      (state) => state === "connected",
    );
    expect(await viewerState(page)).toBe("connected");

    await relay.end("SIGKILL");
    await eventually(
      () => viewerState(page),
      (state) => state === "disconnected",
    );
    expect(await viewerState(page)).toBe("disconnected");
    await type("relay gone");
    relay = await startRelay(port);
    expect(await alike()).toBeGreaterThan(ALIKE_DB);

    await page.close();
    await browser.close();
    await type("browser gone");
    browser = await startBrowser();
    const again = await openViewer(browser, port);
    expect(await likeness(again, () => desktop.pixels())).toBeGreaterThan(ALIKE_DB);
    await again.close();
  });

  it("a desktop that changes its size is shown in its new size", async () => {
    const page = await openViewer(browser, port);
    expect(await likeness(page, () => desktop.pixels())).toBeGreaterThan(ALIKE_DB);
    const timings = ["40", "1000", "1001", "1002", "1003", "600", "601", "602", "603"];
    await desktop.finish("xrandr", "--newmode", "smaller", ...timings);
    await desktop.finish("xrandr", "--addmode", "screen", "smaller");
    for (const [mode, width, height] of [
      ["smaller", 1000, 600],
      ["1280x720", 1280, 720],
    ] as const) {
      await desktop.finish("xrandr", "--output", "screen", "--mode", mode);
      const size = async () => (await canvasPixels(page))?.width;
      await eventually(size, (shown) => shown === width);
      expect(await canvasPixels(page)).toMatchObject({ width, height });
    }
    expect(await likeness(page, () => desktop.pixels())).toBeGreaterThan(ALIKE_DB);
    await page.close();
  });

  it("a second agent is refused, and the first one is not disturbed", async () => {
    const stranger = { XDG_DATA_HOME: mkdtempSync(path.join(tmpdir(), "another-user-")) };
    const second = startAgent({ port, display: desktop.display }, stranger);
    await second.until(/already being shared/);
    await second.end("SIGTERM");
    const page = await openViewer(browser, port);
    expect(await likeness(page, () => desktop.pixels())).toBeGreaterThan(ALIKE_DB);
    await page.close();
  });

  it("the portable encoder shows the same screen in whole pictures", async () => {
    const args = ["--encoder", "jpeg-js", "--room", "portable"];
    const portable = startAgent({ port, display: desktop.display, args });
    const page = await openViewer(browser, port, "#room=portable");
    expect(await likeness(page, () => desktop.pixels())).toBeGreaterThan(ALIKE_DB);
    await portable.end("SIGTERM");
    await page.close();
  });
});

describe("without a display", () => {
  it("the agent reports that there is no display, and exits", async () => {
    const agent = startAgent({ port: await freePort() });
    await agent.until(/display/i);
    await once(agent.process, "exit");
    expect(agent.process.exitCode).toBe(3);
  });
});
