/** Other software (curl, ffmpeg, a page with an `<img>`) with the real relay and agent on a desktop with real windows. */
import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import jpegJs from "jpeg-js";
import type { Browser, Page } from "playwright-core";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect } from "vitest";
import { MovingDesktop } from "./support/moving-desktop.ts";
import { ALIKE_DB, type Pixels, psnr } from "./support/pixels.ts";
import { freePort } from "./support/ports.ts";
import { type Program, startAgent, startRelay } from "./support/programs.ts";
import { it } from "./support/test.ts";
import { mint, mintBoth, SECRET } from "./support/tokens.ts";
import { curl, Ffmpeg } from "./support/tools.ts";
import { eventually, sleep } from "./support/wait.ts";

/** A point of the desktop that shows only its background. */
const BACKGROUND = { x: 1200, y: 650 } as const;
const SIZE = { width: 1280, height: 720 } as const;
const FPS = 5;

let tokens: Awaited<ReturnType<typeof mintBoth>>;
let moving: MovingDesktop;
let port: number;
let relay: Program;
let agent: Program;

const newAgent = (...args: string[]) =>
  startAgent(
    { port, display: moving.desktop.display, args },
    { PRODUCER_TOKEN: tokens.producer, LOG_LEVEL: "warn", UV_THREADPOOL_SIZE: "1" },
  );

beforeAll(async () => {
  [tokens, moving, port] = await Promise.all([mintBoth(), MovingDesktop.start(), freePort()]);
  relay = await startRelay(port, { AUTH_SECRET: SECRET, LOG_LEVEL: "warn" });
  agent = newAgent();
  await once(agent.process, "message");
});
afterAll(async () => {
  await agent.end("SIGTERM");
  await relay.end("SIGTERM");
  await moving.stop();
});
beforeEach(() => moving.rest());

const base = () => `http://localhost:${port}`;
const bearer = () => ["--header", `Authorization: Bearer ${tokens.viewer}`];

/** The PSNR of this picture compared with the X server's, dB. */
async function likeness(shown: Pixels | undefined): Promise<number> {
  return shown ? psnr(await moving.desktop.pixels(), shown) : 0;
}

const alike = (shown: () => Pixels | undefined) =>
  eventually(
    () => likeness(shown()),
    (db) => db > ALIKE_DB,
  );

describe("curl", () => {
  const snapshot = (...args: string[]) => curl(...args, `${base()}/snapshot.jpg`);

  it("gets the current screen with a token in a header or in the address (P-83)", async () => {
    await moving.paint([20, 90, 160]);
    // A picture captured less than 250 ms ago counts as current (P-64).
    await sleep(300);
    const { status, headers, body } = await snapshot(...bearer());
    expect(status).toBe(200);
    expect(headers.get("content-type")).toBe("image/jpeg");
    expect(headers.get("x-producer-state")).toBe("live");
    expect(Number(headers.get("x-picture-age"))).toBeLessThan(2);
    expect(await likeness(jpegJs.decode(body))).toBeGreaterThan(ALIKE_DB);
    const byAddress = await curl(`${base()}/snapshot.jpg?token=${tokens.viewer}`);
    expect(byAddress.status).toBe(200);
  });

  it("gets 304 while nothing changes, and the picture when it does (P-61)", async () => {
    let etag = '"none"';
    // Static areas are repainted at a higher quality, and then nothing more is sent.
    const again = await eventually(
      async () => {
        const answer = await snapshot(...bearer(), "--header", `If-None-Match: ${etag}`);
        etag = answer.headers.get("etag") ?? etag;
        return answer;
      },
      ({ status }) => status === 304,
    );
    expect(again.status).toBe(304);
    expect(again.headers.get("etag")).toBe(etag);
    expect(again.body).toHaveLength(0);
    await moving.paint([160, 90, 20]);
    await sleep(300);
    const changed = await snapshot(...bearer(), "--header", `If-None-Match: ${etag}`);
    expect(changed.status).toBe(200);
    expect(await likeness(jpegJs.decode(changed.body))).toBeGreaterThan(ALIKE_DB);
  });

  it("gets an explanation in plain words if something is wrong", async () => {
    const elsewhere = await mint({ role: "viewer", room: "elsewhere" });
    const said = async (path: string, token?: string) => {
      const header = token === undefined ? [] : ["--header", `Authorization: Bearer ${token}`];
      const { status, headers, body } = await curl(...header, `${base()}${path}`);
      expect(headers.get("content-type")).toBe("text/plain; charset=utf-8");
      return [status, body.toString()];
    };
    expect(await said("/snapshot.jpg")).toEqual([401, "Refused: this relay requires a token.\n"]);
    const wrongRoom = await said("/snapshot.jpg", elsewhere);
    expect(wrongRoom).toEqual([403, expect.stringMatching(/^Refused: .*room/)]);
    const absent = await said("/snapshot.jpg?room=elsewhere", elsewhere);
    expect(absent).toEqual([404, "There is no picture in this room yet.\n"]);
    const pace = await said("/stream.mjpeg?fps=fast", tokens.viewer);
    expect(pace).toEqual([400, "fps must be a number from 0.1 to 60.\n"]);
  });
});

describe("ffmpeg", () => {
  let ffmpeg: Ffmpeg;
  const read = (...args: string[]) => {
    const headers = ["-headers", `Authorization: Bearer ${tokens.viewer}\r\n`];
    ffmpeg = new Ffmpeg(SIZE, ...headers, ...args, "-i", `${base()}/stream.mjpeg?fps=${FPS}`);
  };
  afterEach(() => ffmpeg.stop());

  it("shows an idle screen at once, and the last change without a further one", async () => {
    read();
    expect(await alike(() => ffmpeg.frame)).toBeGreaterThan(ALIKE_DB);
    await moving.paint([90, 20, 160]);
    expect(await alike(() => ffmpeg.frame)).toBeGreaterThan(ALIKE_DB);
    expect(ffmpeg.errors).toBe("");
  });

  it(`reads a moving screen at no more than ${FPS} pictures per second, without warnings (P-65)`, async () => {
    moving.move();
    const since = performance.now();
    read();
    await sleep(8000);
    const frames = ffmpeg.frameCount;
    const seconds = (performance.now() - since) / 1000;
    process.stdout.write(`  ${frames} frames in ${seconds.toFixed(1)} s\n`);
    expect(frames).toBeLessThanOrEqual(FPS * seconds + 1);
    // The machine may be busy.
    expect(frames).toBeGreaterThan(seconds);
    moving.rest();
    expect(await alike(() => ffmpeg.frame)).toBeGreaterThan(ALIKE_DB);
    expect(ffmpeg.errors).toBe("");
    expect(ffmpeg.running).toBe(true);
  });

  it("continues when the agent is killed and restarted, in the same size or another (P-67)", async () => {
    await moving.paint([20, 160, 90]);
    read();
    expect(await alike(() => ffmpeg.frame)).toBeGreaterThan(ALIKE_DB);
    // A colour that was never shown identifies the new agent's picture.
    for (const [args, colour] of [
      [[], [160, 20, 90]],
      [
        ["--max-dimension", "640"],
        [90, 20, 160],
      ],
      [[], [200, 180, 40]],
    ] as const) {
      await agent.end("SIGKILL");
      await moving.paint(colour);
      // The last picture stays, and is sent again.
      const lost = ffmpeg.frameCount;
      const counted = () => Promise.resolve(ffmpeg.frameCount);
      expect(await eventually(counted, (count) => count > lost)).toBeGreaterThan(lost);
      expect(isNear(backgroundOf(ffmpeg.frame), colour)).toBe(false);
      agent = newAgent(...args);
      const shown = () => Promise.resolve(backgroundOf(ffmpeg.frame));
      expect(isNear(await eventually(shown, (rgb) => isNear(rgb, colour)), colour)).toBe(true);
    }
    expect(await alike(() => ffmpeg.frame)).toBeGreaterThan(ALIKE_DB);
    expect(ffmpeg.errors).toBe("");
    expect(ffmpeg.running).toBe(true);
  });
});

describe("a page of another origin", () => {
  let browser: Browser;
  let page: Page;
  const foreign = createServer((_, response) => {
    response.setHeader("Content-Type", "text/html").end("<!doctype html><title>dashboard</title>");
  });
  it.beforeAll(async ({ browser: shared }) => {
    browser = shared;
    await once(foreign.listen(0, "127.0.0.1"), "listening");
    page = await browser.newPage();
    await page.goto(`http://127.0.0.1:${(foreign.address() as AddressInfo).port}/`);
  });
  afterAll(async () => {
    foreign.close();
  });

  /** Puts an image on the page. */
  const embed = (src: string, crossOrigin: string | null = null) =>
    page.evaluate(
      ([src, crossOrigin]) => {
        const image = document.createElement("img");
        image.crossOrigin = crossOrigin ?? null;
        image.src = src ?? "";
        document.body.replaceChildren(image);
      },
      [src, crossOrigin],
    );

  it("shows the stream in an <img> with a token, including an idle screen's last change (P-66, P-68)", async () => {
    const paint = [200, 40, 40] as const;
    await moving.paint(paint);
    await embed(`${base()}/stream.mjpeg?fps=${FPS}&token=${tokens.viewer}`, "anonymous");
    const colour = () =>
      page.evaluate(({ x, y }) => {
        const image = document.querySelector("img");
        const context = document.createElement("canvas").getContext("2d");
        if (!image?.naturalWidth || !context) return [];
        context.drawImage(image, -x, -y);
        return [...context.getImageData(0, 0, 1, 1).data.subarray(0, 3)];
      }, BACKGROUND);
    for (const painted of [paint, [40, 40, 200], [40, 200, 40]] as const) {
      await moving.paint([...painted]);
      const shown = await eventually(colour, (rgb) => isNear(rgb, painted));
      expect(isNear(shown, painted), `${shown} for ${painted}`).toBe(true);
    }
  });

  it("shows it without crossorigin, too, but not without a token", async () => {
    const url = `${base()}/snapshot.jpg`;
    /** 0 if the image was not shown. */
    const widthOf = async (src: string) => {
      await embed(src);
      return await page.evaluate(async () => {
        const image = document.querySelector("img");
        await image?.decode().catch(() => undefined);
        return image?.naturalWidth;
      });
    };
    // A busy agent may have no picture yet.
    const width = await eventually(
      () => widthOf(`${url}?token=${tokens.viewer}`),
      (is) => is === SIZE.width,
    );
    expect(width).toBe(SIZE.width);
    expect((await curl(url)).status).toBe(401);
    expect(await widthOf(url)).toBe(0);
  });
});

function backgroundOf(picture: Pixels | undefined): number[] {
  if (!picture) return [];
  const at = (BACKGROUND.y * picture.width + BACKGROUND.x) * 4;
  return [...picture.data.subarray(at, at + 3)];
}

function isNear(shown: readonly number[], due: readonly number[]): boolean {
  return (
    shown.length === due.length && shown.every((value, i) => Math.abs(value - (due[i] ?? 0)) < 8)
  );
}
