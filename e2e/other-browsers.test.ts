/** The viewer in Debian's Firefox and WebKit, with the real relay and agent. Neither may offer what it lacks. */
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { canvasColour, canvasPixels } from "./support/browser.ts";
import { Firefox } from "./support/firefox.ts";
import { foreignPage } from "./support/local-servers.ts";
import { type OtherBrowser, PLACES, savedFile } from "./support/other-browser.ts";
import {
  jpegOf,
  PaintedRoom,
  testPicture,
  withoutEnd,
  withRotation,
} from "./support/painted-room.ts";
import { ALIKE_DB, psnr } from "./support/pixels.ts";
import { freePort } from "./support/ports.ts";
import { type Program, startAgent, startRelay } from "./support/programs.ts";
import { wrongColoursOfTestCard } from "./support/test-card.ts";
import { mint, SECRET } from "./support/tokens.ts";
import { playVideo } from "./support/video.ts";
import { pngPixels } from "./support/viewer-page.ts";
import { eventually } from "./support/wait.ts";
import { WebKit } from "./support/webkit.ts";

const SIZE = { width: 800, height: 450 } as const;
const PICTURE = testPicture(SIZE.width, SIZE.height);
/** The last bytes of a PNG file (PNG §11.2.5). */
const PNG_END = Buffer.from("IEND\xAE\x42\x60\x82", "latin1");
const GUARDED = { AUTH_SECRET: SECRET, LOG_LEVEL: "error" };

const BROWSERS: readonly [name: string, start: () => Promise<OtherBrowser>][] = [
  ["Firefox", () => Firefox.start()],
  ["WebKit", () => WebKit.start()],
];

describe.each(BROWSERS)("in %s", (_, start) => {
  let browser: OtherBrowser;
  beforeAll(async () => {
    browser = await start();
  });
  afterAll(() => browser.close());

  /** The text of an element, by its `data-testid`; empty if there is none. */
  const said = (id: string) =>
    browser.evaluate((id) => {
      return document.querySelector(`[data-testid="${id}"]`)?.textContent ?? "";
    }, id);
  const says = async (id: string, words: RegExp) => {
    const last = await eventually(
      () => said(id),
      (text) => words.test(text),
    );
    expect(last).toMatch(words);
    return last;
  };
  /** Records the page's notices from now on. Each is shown for only a few seconds, which a busy machine may miss. */
  const rememberNotices = () =>
    browser.evaluate(() => {
      const notices: string[] = [];
      Object.assign(window, { notices });
      new MutationObserver(() => {
        const text = document.querySelector('[data-testid="notice"]')?.textContent;
        if (text && text !== notices.at(-1)) notices.push(text);
      }).observe(document.body, { childList: true, subtree: true, characterData: true });
    }, undefined);
  const notifies = async (words: RegExp) => {
    const noticed = await eventually(
      () => browser.evaluate(() => (window as unknown as { notices: string[] }).notices, undefined),
      (notices) => notices.some((text) => words.test(text)),
    );
    expect(noticed).toContainEqual(expect.stringMatching(words));
  };
  const widthOfPicture = () =>
    browser.evaluate((id) => {
      const screen = document.querySelector(`[data-testid="${id}"]`);
      return Math.round(screen?.getBoundingClientRect().width ?? 0);
    }, "screen");
  const becomesWide = async (width: number) => {
    expect(await eventually(widthOfPicture, (now) => now === width)).toBe(width);
  };
  const isThere = (selector: string) =>
    browser.evaluate((selector) => document.querySelector(selector) !== null, selector);
  const becomesThere = async (selector: string, there = true) => {
    const is = await eventually(
      () => isThere(selector),
      (now) => now === there,
    );
    expect(is, selector).toBe(there);
  };

  describe.each(PLACES)("played in the %s", (place) => {
    let room: PaintedRoom;
    beforeAll(async () => {
      room = await PaintedRoom.open(PICTURE);
      await browser.open(`http://localhost:${room.port}/`, place);
    });
    afterAll(() => room.close());

    it("the picture and a snapshot equal the host's pixels, and changes are shown", async () => {
      const shown = await eventually(
        () => canvasPixels(browser),
        (pixels) => pixels !== undefined,
      );
      expect(shown && psnr(shown, PICTURE)).toBeGreaterThan(ALIKE_DB);
      expect(await isThere(`[data-player="${place}"]`)).toBe(true);
      await becomesThere('[data-testid="controls"]');
      await rememberNotices();
      await browser.press("s");
      await notifies(/^Snapshot saved\.$/);
      const { bytes } = await savedFile(browser, /^screen-share main .*\.png$/, (file) =>
        file.subarray(-PNG_END.length).equals(PNG_END),
      );
      const saved = await pngPixels(browser, bytes);
      expect(saved).toMatchObject(SIZE);
      expect(Buffer.compare(saved.data, shown?.data ?? Buffer.alloc(0))).toBe(0);

      room.show(testPicture(SIZE.width, SIZE.height, [230, 120, 20]));
      const middle = { x: SIZE.width / 2 + 20, y: SIZE.height / 2 + 20 };
      const changed = await eventually(
        () => canvasColour(browser, middle),
        (colour) => (colour?.[0] ?? 0) > 200,
      );
      expect(changed?.[0]).toBeGreaterThan(200);
      if (browser instanceof Firefox) expect(browser.errors()).toEqual([]);
    });

    it("an EXIF rotation and a missing end have no effect (P-97)", async () => {
      const upright = testPicture(320, 400, [60, 160, 60]);
      for (const orientation of [6, 3]) {
        room.showJpeg(withoutEnd(withRotation(jpegOf(upright), orientation)));
        const shown = await eventually(
          () => canvasPixels(browser),
          (pixels) => pixels?.width === 320 && psnr(pixels, upright) > ALIKE_DB,
        );
        expect(shown).toMatchObject({ width: 320, height: 400 });
        expect(shown && psnr(shown, upright)).toBeGreaterThan(ALIKE_DB);
        room.show(PICTURE);
        await eventually(
          () => canvasPixels(browser, 8),
          (pixels) => pixels?.width === SIZE.width / 8,
        );
      }
    });
  });

  describe("of a real host", () => {
    let port: number;
    let relay: Program;
    let agent: Program | undefined;
    let link: string;
    beforeAll(async () => {
      port = await freePort();
      relay = await startRelay(port, GUARDED);
      const token = await mint({ role: "viewer", room: "main" });
      link = `http://localhost:${port}/#room=main&token=${token}`;
    });
    afterAll(async () => {
      await agent?.end("SIGTERM");
      await relay.end("SIGTERM");
    });

    it("invalid links and an absent host are reported, and the picture appears by itself", async () => {
      await browser.open(`${link}x`);
      await says("status", /^This link does not work/);
      // The right link, in the same tab: the page is not loaded again.
      await browser.evaluate((right) => location.assign(right), link);
      await says("status", /^Waiting for the host/);
      const token = await mint({ role: "producer", room: "main" });
      agent = startAgent({ port, args: ["--source", "test"] }, { PRODUCER_TOKEN: token });
      expect(await wrongColoursOfTestCard(browser)).toEqual([]);
      await becomesThere('[data-testid="status"][data-state="connected"]');
    });

    it("keys switch between actual size and the whole picture, and show the help", async () => {
      const whole = await widthOfPicture();
      await browser.press("2");
      await becomesWide(1280);
      await browser.press("+");
      await becomesWide(1280 * 1.1);
      await browser.press("1");
      await becomesWide(whole);
      await browser.press("?");
      await becomesThere("dialog[open]");
      await browser.press("Escape");
      await becomesThere("dialog[open]", false);
    });

    it("the statistics show where the latency is spent", async () => {
      await browser.press("i");
      const hop = (name: string) => new RegExp(`${name}\\s*[\\d.,]+ ms`);
      for (const name of ["Capture", "Host’s uplink", "Relay and your link", "Decode and draw"]) {
        await says("statistics", hop(name));
      }
      await browser.press("i");
      await becomesThere('[data-testid="statistics"]', false);
    });

    it("its key toggles full screen", async () => {
      const isFull = () => browser.evaluate(() => document.fullscreenElement !== null, undefined);
      await browser.press("f");
      expect(await eventually(isFull, (is) => is)).toBe(true);
      await browser.press("f");
      expect(await eventually(isFull, (is) => !is)).toBe(false);
    });

    it("the copied link contains the token", async () => {
      await rememberNotices();
      await browser.press("c");
      await notifies(/^Link copied\./);
      await browser.evaluate(() => {
        const field = document.createElement("textarea");
        field.className = "pasted";
        document.body.append(field);
        field.focus();
      }, undefined);
      await browser.paste();
      const pasted = () =>
        browser.evaluate(() => {
          return document.querySelector<HTMLTextAreaElement>("textarea.pasted")?.value;
        }, undefined);
      expect(await eventually(pasted, (text) => text !== "")).toBe(link);
      await browser.evaluate(() => document.querySelector("textarea.pasted")?.remove(), undefined);
    });

    it("recording and the floating window are offered only if the browser supports them", async () => {
      const able = await browser.evaluate(() => {
        const types = ["video/webm;codecs=vp8", "video/mp4"];
        return {
          record: types.some((type) => MediaRecorder.isTypeSupported(type)),
          float: "documentPictureInPicture" in window || document.pictureInPictureEnabled === true,
        };
      }, undefined);
      expect(await isThere('[data-action="record"]')).toBe(able.record);
      expect(await isThere('[data-action="picture-in-picture"]')).toBe(able.float);
      // Debian's Firefox can record. WebKitGTK reports which encoders its GStreamer has, but not whether they work.
      if (!(browser instanceof Firefox)) return;
      expect(able).toEqual({ record: true, float: true });
      await browser.press("p");
      await becomesThere('[aria-label="Close the floating window"]');
      await browser.press("p");
      await becomesThere('[aria-label="Floating window"]');
      await rememberNotices();
      await browser.press("r");
      // On a busy machine the encoder needs a moment for its first picture.
      await says("recording", /0:(0[3-9]|[1-5]\d)/);
      await browser.press("r");
      await notifies(/^Recording saved\.$/);
      const { bytes } = await savedFile(browser, /\.webm$/, (file) => file.length > 0);
      const played = await playVideo(browser, bytes);
      expect(played).toMatchObject({ width: 1280, height: 720 });
      expect(played.frames).toBeGreaterThan(1);
    });

    it("the last picture stays with its age while the relay is gone, and continues when it is back", async () => {
      await relay.end("SIGKILL");
      await says("status", /The last picture stays until it is back\..*picture from \d+ s ago/);
      expect(await wrongColoursOfTestCard(browser)).toEqual([]);
      const updates = () =>
        browser.evaluate(() => {
          const screen = document.querySelector<HTMLElement>('[data-testid="screen"]');
          return Number(screen?.dataset.updates);
        }, undefined);
      const before = await updates();
      relay = await startRelay(port, GUARDED);
      await becomesThere('[data-testid="status"][data-state="connected"]');
      expect(await eventually(updates, (now) => now > before)).toBeGreaterThan(before);
      await becomesThere('[data-testid="screen"][data-stale]', false);
    });

    it("the element for other sites' pages shows it", async () => {
      await relay.end("SIGTERM");
      const foreign = await foreignPage();
      relay = await startRelay(port, { ...GUARDED, ALLOWED_ORIGINS: foreign.origin });
      const address = `http://localhost:${port}/embed.js`;
      const token = new URLSearchParams(new URL(link).hash).get("token");
      foreign.html = `<!doctype html><html lang="en"><title>Embedding</title><script type="module" src="${address}"></script><screen-share-viewer token="${token}"></screen-share-viewer>`;
      await browser.open(foreign.origin);
      const seen = () =>
        browser.evaluate(() => {
          const element = document.querySelector("screen-share-viewer");
          const { state } = (element as unknown as { state?: { state: string } }) ?? {};
          const canvas = element?.shadowRoot?.querySelector("canvas");
          const bar = canvas?.getContext("2d")?.getImageData(240, 100, 1, 1).data;
          return {
            state: state?.state,
            size: [canvas?.width, canvas?.height],
            bar: [...(bar ?? [])],
          };
        }, undefined);
      const { bar, ...rest } = await eventually(
        seen,
        ({ state, bar }) => state === "live" && (bar[0] ?? 0) > 100,
      );
      expect(rest).toEqual({ state: "live", size: [1280, 720] });
      expect(bar[0]).toBeGreaterThan(180);
      expect(bar[2]).toBeLessThan(10);
      foreign.close();
    });
  });
});
