/** `pnpm start` as users type it: one command runs the whole product, and leaves nothing behind. */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { createServer } from "node:net";
import { fileURLToPath } from "node:url";
import type { Browser } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import {
  CHROMIUM_PATH,
  canvasPixels,
  likeness,
  openViewer,
  startBrowser,
} from "./support/browser.ts";
import { VirtualDesktop } from "./support/desktop.ts";
import { ALIKE_DB, colourCount } from "./support/pixels.ts";
import { freePort } from "./support/ports.ts";
import { Program } from "./support/programs.ts";
import { eventually } from "./support/wait.ts";

const root = fileURLToPath(new URL("..", import.meta.url));
/** Long enough for a build on a slow machine. */
const START_TIMEOUT_MS = 180_000;

let browser: Browser;
beforeAll(async () => {
  browser = await startBrowser(CHROMIUM_PATH);
});
afterAll(() => browser.close());

/** Runs the README's command. */
function start(env: Record<string, string>): Program {
  const { DISPLAY: _, ...inherited } = process.env;
  const child = spawn("npx", ["--yes", "pnpm@10", "start"], {
    cwd: root,
    env: { ...inherited, ...env },
    stdio: ["ignore", "pipe", "pipe"],
  });
  return new Program(child);
}

async function isFree(port: number): Promise<boolean> {
  const probe = createServer();
  return await new Promise((resolve) => {
    probe.once("error", () => resolve(false));
    probe.listen(port, "127.0.0.1", () => probe.close(() => resolve(true)));
  });
}

describe("pnpm start", () => {
  it(
    "shares this screen, and SIGTERM to the launcher ends everything",
    async () => {
      const desktop = await VirtualDesktop.start({ width: 1024, height: 768 });
      await desktop.finish("xsetroot", "-solid", "#336699");
      const port = await freePort();
      const everything = start({ PORT: String(port), DISPLAY: desktop.display });
      await everything.until(new RegExp(`http://localhost:${port}/`));
      const page = await openViewer(browser, port);
      expect(await likeness(page, () => desktop.pixels())).toBeGreaterThan(ALIKE_DB);
      await page.close();
      await everything.end("SIGTERM");
      expect(await eventually(() => isFree(port), Boolean)).toBe(true);
      await desktop.stop();
    },
    START_TIMEOUT_MS,
  );

  it(
    "shows the test card without a display, with a message; killing the launcher ends everything",
    async () => {
      const port = await freePort();
      const everything = start({ PORT: String(port) });
      await everything.until(/no display/i);
      await everything.until(/test card/);
      const page = await openViewer(browser, port);
      const shown = await eventually(
        () => canvasPixels(page),
        // The first picture may be drawn in parts.
        (pixels) => pixels !== undefined && colourCount(pixels) > 7,
      );
      expect(shown && colourCount(shown)).toBeGreaterThan(7);
      const updates = () => page.getByTestId("screen").getAttribute("data-updates");
      const before = Number(await updates());
      const after = await eventually(updates, (count) => Number(count) > before + 5);
      expect(Number(after)).toBeGreaterThan(before + 5);
      await page.close();
      await everything.end("SIGKILL");
      expect(await eventually(() => isFree(port), Boolean)).toBe(true);
    },
    START_TIMEOUT_MS,
  );

  it(
    "says clearly that the port is in use",
    async () => {
      const blocker = createServer().listen(0, "127.0.0.1");
      await once(blocker, "listening");
      const address = blocker.address();
      const port = typeof address === "object" ? address?.port : undefined;
      const everything = start({ PORT: String(port) });
      const [code] = await once(everything.process, "exit");
      expect(everything.output).toContain(`port ${port} of 127.0.0.1 is taken already`);
      expect(code).not.toBe(0);
      blocker.close();
    },
    START_TIMEOUT_MS,
  );
});
