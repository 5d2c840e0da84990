/** Grabs monitors with the native addon node-screenshots. Loads it only when needed, since it cannot be loaded without a desktop. */
import { execFile } from "node:child_process";
import { copyFile, mkdtemp, rm } from "node:fs/promises";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { type Frame, type Source, SourceFailure } from "@screen-share/publish";
import type * as NodeScreenshots from "node-screenshots";
import { chooseMonitor, type MonitorInfo, noDisplay, noMonitor } from "./monitor.ts";

type Addon = Pick<typeof NodeScreenshots, "Monitor">;

const nodeRequire = createRequire(import.meta.url);
const PROBE_TIMEOUT_MS = 10_000;

type Failure = (detail: string) => SourceFailure;

/** The existing monitors, in the system's order. @param failure makes the message for what goes wrong */
export async function listMonitors(
  failure: Failure = noDisplay,
): Promise<readonly MonitorInfo[] | SourceFailure> {
  return attempt(() => monitorsOf(loadAddon()), failure);
}

export class ScreenSource implements Source {
  readonly name = "node-screenshots";
  #addon: Addon | undefined;
  #failures = 0;

  /** @param options.monitor an id, an index from 0 or a name; by default the primary one */
  constructor(
    private readonly options: {
      readonly monitor?: string;
      readonly now: () => number;
      readonly failure?: Failure;
    },
  ) {}

  async grab(): Promise<Frame | SourceFailure> {
    if (this.#failures > 1) await this.#reload();
    const result = await attempt(() => this.#grab(), this.options.failure ?? noDisplay);
    const broken = result instanceof SourceFailure && result.kind !== "no-monitor";
    this.#failures = broken ? this.#failures + 1 : 0;
    return result;
  }

  async #grab(): Promise<Frame | SourceFailure> {
    this.#addon ??= loadAddon();
    const capturedAt = this.options.now();
    // Listed again each time (0.1 ms): monitors appear, disappear and change their size.
    const all = monitorsOf(this.#addon);
    const wanted = this.options.monitor;
    const monitor = chooseMonitor(all, wanted);
    if (!monitor) return noMonitor(wanted, all);
    // Asynchronous, though it costs a fifth more than `captureImageSync`: the event loop stays free for acks and pings, and a display
    // that hangs does not block the agent. Without a copy: the addon hands its memory over.
    const image = await monitor.handle.captureImage();
    const pixels = image.toRawSync(false);
    const { width, height } = image;
    if (width === 0 || height === 0) return noDisplay("the monitor has no pixels");
    return { width, height, pixels, capturedAt, subject: `monitor ${monitor.id}` };
  }

  /**
   * On X11 the addon keeps one connection for the life of the process, even a dead one. So once another process has grabbed something, a
   * second copy of the addon takes over, as another file, because a file is loaded only once.
   */
  async #reload(): Promise<void> {
    const loaded = Object.keys(nodeRequire.cache).find((path) =>
      /node-screenshots.*\.node$/.test(path),
    );
    if (process.platform !== "linux" || !loaded || !(await displayAnswers())) return;
    const directory = await mkdtemp(join(tmpdir(), "screen-share-"));
    try {
      const copy = join(directory, `${Date.now()}.node`);
      await copyFile(loaded, copy);
      const addon = { exports: {} as Addon };
      process.dlopen(addon, copy);
      this.#addon = addon.exports;
    } catch {
      // The next grab then fails like the last one.
    } finally {
      await rm(directory, { recursive: true, force: true });
    }
  }
}

function loadAddon(): Addon {
  return nodeRequire("node-screenshots");
}

function monitorsOf(addon: Addon) {
  return addon.Monitor.all().map((handle) => {
    // Except on Windows, sizes and positions are in units of the desktop's scale; pictures are in pixels.
    const scale = process.platform === "win32" ? 1 : handle.scaleFactor() || 1;
    const px = (length: number) => Math.round(length * scale);
    return {
      handle,
      id: handle.id(),
      name: handle.name(),
      aliases: [],
      width: px(handle.width()),
      height: px(handle.height()),
      x: px(handle.x()),
      y: px(handle.y()),
      primary: handle.isPrimary(),
    };
  });
}

/** The addon throws for everything that may be missing: its libraries, a display, a monitor that was just unplugged. */
async function attempt<T>(
  work: () => T | Promise<T>,
  failure: Failure,
): Promise<T | SourceFailure> {
  try {
    return await work();
  } catch (error) {
    return failure(error instanceof Error ? error.message : String(error));
  }
}

async function displayAnswers(): Promise<boolean> {
  const script = "require(process.argv[1]).Monitor.all()[0].captureImageSync()";
  const args = ["-e", script, nodeRequire.resolve("node-screenshots")];
  return promisify(execFile)(process.execPath, args, { timeout: PROBE_TIMEOUT_MS }).then(
    () => true,
    () => false,
  );
}
