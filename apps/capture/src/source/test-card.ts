/**
 * A source that needs no display: colour bars, a name, a clock and a moving bar. It depends only on the time, and most of it is static,
 * as on a desktop.
 */
import type { Size } from "@screen-share/protocol";
import { BYTES_PER_PX, type Frame, type Source } from "@screen-share/publish";
import { GLYPH_ADVANCE, textDots } from "./glyphs.ts";

const TITLE = "SCREEN SHARE TEST CARD";
/** How long the moving bar takes from edge to edge, ms. */
const SWEEP_MS = 4000;

/** The 75 % bars of EBU test cards, from left to right. */
const BARS = ["bfbfbf", "bfbf00", "00bfbf", "00bf00", "bf00bf", "bf0000", "0000bf", "101010"];
const WHITE = colour("ffffff");
const BLACK = colour("000000");
const DARK = colour("202428");

export interface TestCardOptions {
  /** ms since 1970. */
  readonly now: () => number;
  /** Written below the title: letters A–Z, digits, `:`, `.` and `-`. */
  readonly name: string;
  /** 1280×720 by default. */
  readonly size?: Size;
}

export class TestCard implements Source {
  readonly name = "test card";
  readonly #size: Size;
  readonly #still: Canvas;

  constructor(private readonly options: TestCardOptions) {
    this.#size = options.size ?? { width: 1280, height: 720 };
    this.#still = new Canvas(this.#size, Buffer.alloc(bytesOf(this.#size)));
    this.#drawStill();
  }

  grab(): Promise<Frame> {
    const capturedAt = this.options.now();
    // A copy, because only the clock and the bar differ from one frame to the next.
    const canvas = new Canvas(this.#size, Buffer.from(this.#still.pixels));
    this.#drawMoving(canvas, capturedAt);
    const { pixels } = canvas;
    return Promise.resolve({ ...this.#size, pixels, capturedAt, subject: "test card" });
  }

  #drawStill(): void {
    const { width, height } = this.#size;
    const canvas = this.#still;
    canvas.rectangle(0, 0, width, height, DARK);
    BARS.forEach((hex, i) => {
      const x = Math.floor((i * width) / BARS.length);
      const end = Math.floor(((i + 1) * width) / BARS.length);
      canvas.rectangle(x, 0, end - x, Math.floor(height * 0.5), colour(hex));
    });
    const scale = this.#textScale();
    canvas.text(scale * 4, Math.floor(height * 0.55), scale, TITLE);
    canvas.text(scale * 4, Math.floor(height * 0.66), scale, this.options.name);
  }

  #drawMoving(canvas: Canvas, time: number): void {
    const { width, height } = this.#size;
    const scale = this.#textScale();
    const clock = new Date(time).toISOString().slice(11, 21);
    canvas.text(scale * 4, Math.floor(height * 0.77), scale, clock);
    const top = Math.floor(height * 0.9);
    const bar = Math.max(1, Math.floor(width / 40));
    canvas.rectangle(0, top, width, Math.ceil(height / 40), BLACK);
    const x = Math.floor(((time % SWEEP_MS) / SWEEP_MS) * (width - bar + 1));
    canvas.rectangle(x, top, bar, Math.ceil(height / 40), WHITE);
  }

  #textScale(): number {
    return Math.max(1, Math.floor(this.#size.width / (GLYPH_ADVANCE * 32)));
  }
}

class Canvas {
  constructor(
    private readonly size: Size,
    readonly pixels: Buffer,
  ) {}

  /** Parts outside the picture are cut off. */
  rectangle(x: number, y: number, width: number, height: number, rgba: Buffer): void {
    const right = Math.min(this.size.width, x + width);
    const bottom = Math.min(this.size.height, y + height);
    if (right <= x) return;
    for (let row = y; row < bottom; row++) {
      const at = row * this.size.width;
      this.pixels.fill(rgba, (at + x) * BYTES_PER_PX, (at + right) * BYTES_PER_PX);
    }
  }

  text(x: number, y: number, scale: number, text: string): void {
    for (const [dotX, dotY] of textDots(text)) {
      this.rectangle(x + dotX * scale, y + dotY * scale, scale, scale, WHITE);
    }
  }
}

function bytesOf({ width, height }: Size): number {
  return width * height * BYTES_PER_PX;
}

function colour(hex: string): Buffer {
  return Buffer.from(`${hex}ff`, "hex");
}
