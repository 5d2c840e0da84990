/** A 1920×1080 desktop on which someone types, beside a coloured area of about 640×360 that is redrawn 30 times per second. */
import { createWriteStream } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { VirtualDesktop } from "../../e2e/support/desktop.ts";
import { sleep } from "../../e2e/support/wait.ts";

const VIDEO_FPS = 30;
/** In the X server's fixed font, 6×13 px per cell. */
const CELLS = { columns: 106, lines: 27 } as const;
const COLOURS = 216;
const KEY_MS = 120;

export interface BusyDesktop {
  readonly desktop: VirtualDesktop;
  stop(): Promise<void>;
}

export async function busyDesktop(): Promise<BusyDesktop> {
  const desktop = await VirtualDesktop.start({ width: 1920, height: 1080 });
  const folder = await mkdtemp(path.join(tmpdir(), "screen-share-video-"));
  const fifo = path.join(folder, "pictures");
  await desktop.finish("xsetroot", "-solid", "#336699");
  await desktop.finish("mkfifo", fifo);
  desktop.run("xterm", "-geometry", "80x24+40+40", "-fn", "9x15", "-e", "cat");
  const size = `${CELLS.columns}x${CELLS.lines}+1100+500`;
  desktop.run("xterm", "-geometry", size, "-fn", "6x13", "-e", "cat", fifo);
  const pipe = createWriteStream(fifo);
  // The window may close first.
  pipe.on("error", () => undefined);
  await sleep(1500);
  let picture = 0;
  const film = setInterval(() => {
    // Skip a picture while the last one has not been drawn.
    if (!pipe.writableNeedDrain) pipe.write(pictureOf(picture++));
  }, 1000 / VIDEO_FPS);
  let typing = true;
  const typed = type(desktop, () => typing);
  return {
    desktop,
    async stop() {
      clearInterval(film);
      typing = false;
      await typed;
      pipe.destroy();
      await desktop.stop();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

/** The background colour of each cell changes from picture to picture. */
function pictureOf(number: number): string {
  const lines = Array.from({ length: CELLS.lines }, (_, y) => {
    let line = `\x1b[${y + 1};1H`;
    for (let x = 0; x + 4 <= CELLS.columns; x += 4) {
      line += `\x1b[48;5;${16 + ((x + 3 * y + 7 * number) % COLOURS)}m    `;
    }
    return line;
  });
  return lines.join("");
}

async function type(desktop: VirtualDesktop, goesOn: () => boolean): Promise<void> {
  const words = "the quick brown fox jumps over the lazy dog ";
  for (let i = 0; goesOn(); i++) {
    const key = i % 60 === 59 ? "\n" : (words[i % words.length] ?? " ");
    await desktop.finish("xdotool", "mousemove", "300", "300", "type", key).catch(() => undefined);
    await sleep(KEY_MS);
  }
}
