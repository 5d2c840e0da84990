/**
 * A desktop in motion whose picture can be judged while it moves. The upper half has a terminal that scrolls and a clock: a window whose
 * colour is the number of a tenth of a second, which gives the age of a picture. The lower half has a window and a background at rest.
 */
import { createWriteStream, type WriteStream } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { killGroup, VirtualDesktop } from "./desktop.ts";
import { colourCount, type Pixels, rowsFrom } from "./pixels.ts";
import { eventually } from "./wait.ts";

const SIZE = { width: 1280, height: 720 } as const;
/** The part of the height above which things move. */
const STILL_FROM = 400 / SIZE.height;
/** A point of the clock, in parts of the picture. */
const CLOCK_AT = { x: 1100 / SIZE.width, y: 100 / SIZE.height } as const;
const STEP_MS = 100;
/** Steps of a channel, far enough apart to survive JPEG. */
const LEVELS = 8;
const LEVEL_STEP = 256 / LEVELS;
const CYCLE = LEVELS ** 3;

type Rgb = readonly [red: number, green: number, blue: number];

const FONT = ["-fa", "DejaVu Sans Mono", "-fs", "11"] as const;
const QUIET = [...FONT, "-xrm", "*cursorBlink: false"] as const;
const SCROLL =
  "i=0; while :; do i=$((i+1)); echo line $i of a terminal that scrolls; sleep 0.05; done";

export class MovingDesktop {
  readonly #setAt: number[] = [];
  #timer: ReturnType<typeof setInterval> | undefined;

  private constructor(
    readonly desktop: VirtualDesktop,
    private readonly scrolling: ReturnType<VirtualDesktop["run"]>,
    private readonly pipe: WriteStream,
    private readonly folder: string,
  ) {}

  static async start(): Promise<MovingDesktop> {
    const desktop = await VirtualDesktop.start(SIZE);
    await desktop.finish("xsetroot", "-solid", "#336699");
    desktop.run("xterm", "-geometry", "60x10+40+440", ...QUIET, "-e", "sh", "-c", "ls /; cat");
    const scrolling = desktop.run(
      ...(["xterm", "-geometry", "80x18+20+20", ...FONT, "-e", "sh", "-c", SCROLL] as const),
    );
    const folder = await mkdtemp(path.join(tmpdir(), "screen-share-clock-"));
    const fifo = path.join(folder, "colours");
    await desktop.finish("mkfifo", fifo);
    desktop.run("xterm", "-geometry", "30x10+960+20", ...QUIET, "-e", "cat", fifo);
    const pipe = createWriteStream(fifo);
    // The window may close first.
    pipe.on("error", () => undefined);
    const moving = new MovingDesktop(desktop, scrolling, pipe, folder);
    moving.move();
    await eventually(
      () => desktop.pixels(),
      (pixels) => colourCount(pixels) > 20 && moving.ageMs(pixels) < STEP_MS * 5,
    );
    return moving;
  }

  move(): void {
    killGroup(this.scrolling, "SIGCONT");
    this.#timer ??= setInterval(() => this.#step(), STEP_MS);
  }

  rest(): void {
    killGroup(this.scrolling, "SIGSTOP");
    clearInterval(this.#timer);
    this.#timer = undefined;
  }

  /** Changes the background, so that old pictures are recognised. */
  async paint(colour: Rgb): Promise<void> {
    await this.desktop.finish("xsetroot", "-solid", hex(colour));
  }

  /** How long ago the clock last was as in this picture; 0 if it still is, Infinity if it never was. */
  ageMs({ width, height, data }: Pixels): number {
    const at = (Math.floor(CLOCK_AT.y * height) * width + Math.floor(CLOCK_AT.x * width)) * 4;
    const shown = [...data.subarray(at, at + 3)].reduce(
      (number, value) => number * LEVELS + Math.floor(value / LEVEL_STEP),
      0,
    );
    const newest = this.#setAt.length - 1;
    const back = (((newest - shown) % CYCLE) + CYCLE) % CYCLE;
    if (back > newest) return Number.POSITIVE_INFINITY;
    const replacedAt = this.#setAt[newest - back + 1];
    return replacedAt === undefined ? 0 : performance.now() - replacedAt;
  }

  async stop(): Promise<void> {
    this.rest();
    this.pipe.destroy();
    await this.desktop.stop();
    await rm(this.folder, { recursive: true, force: true });
  }

  #step(): void {
    const number = this.#setAt.push(performance.now()) - 1;
    // xterm, control sequences: OSC 11 sets the background of the whole window.
    this.pipe.write(`\x1b]11;${hex(colourOf(number))}\x07`);
  }
}

export function stillPart(picture: Pixels): Pixels {
  return rowsFrom(picture, Math.round(STILL_FROM * picture.height));
}

function colourOf(number: number): Rgb {
  const level = (place: number) =>
    (Math.floor(number / LEVELS ** place) % LEVELS) * LEVEL_STEP + LEVEL_STEP / 2;
  return [level(2), level(1), level(0)];
}

function hex(colour: Rgb): string {
  return `#${colour.map((value) => value.toString(16).padStart(2, "0")).join("")}`;
}
