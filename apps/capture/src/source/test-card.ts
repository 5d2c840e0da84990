/** A source that needs no display: colour bars, a name, a clock and a moving bar. Most of it is static, as on a desktop. */
import type { Size } from "@screen-share/protocol";
import { BYTES_PER_PX, type Frame, type Source } from "@screen-share/publish";

const TITLE = "SCREEN SHARE TEST CARD";
/** How long the moving bar takes from edge to edge, ms. */
const SWEEP_MS = 4000;

/** The 75 % bars of EBU test cards, from left to right. */
const BARS = ["bfbfbf", "bfbf00", "00bfbf", "00bf00", "bf00bf", "bf0000", "0000bf", "101010"];
const WHITE = colour("ffffff");
const BLACK = colour("000000");
const DARK = colour("202428");

/** Letters of 5×7 dots, each followed by its columns: one byte each from the left, its lowest bit at the top. */
const GLYPHS = `
  0 3e5149453e  1 00427f4000  2 4261514946  3 2141454b31  4 1814127f10
  5 2745454539  6 3c4a494930  7 0171090503  8 3649494936  9 064949291e
  A 7e1111117e  B 7f49494936  C 3e41414122  D 7f4141221c  E 7f49494941
  F 7f09090901  G 3e4149497a  H 7f0808087f  I 00417f4100  J 2040413f01
  K 7f08142241  L 7f40404040  M 7f020c027f  N 7f0408107f  O 3e4141413e
  P 7f09090906  Q 3e4151215e  R 7f09192946  S 4649494931  T 01017f0101
  U 3f4040403f  V 1f2040201f  W 3f4038403f  X 6314081463  Y 0708700807
  Z 6151494543  : 0036360000  . 0060600000  - 0808080808
`;
const COLUMNS = new Map(
  [...GLYPHS.matchAll(/(\S) (\w{10})/g)].map(([, letter, hex = ""]) => [
    letter,
    Buffer.from(hex, "hex"),
  ]),
);
/** The width of a letter and the gap after it, dots. */
const GLYPH_ADVANCE = 6;

export interface TestCardOptions {
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

  /** Characters without a letter stay blank. */
  text(x: number, y: number, scale: number, text: string): void {
    [...text.toUpperCase()].forEach((letter, i) => {
      COLUMNS.get(letter)?.forEach((column, at) => {
        const left = x + (i * GLYPH_ADVANCE + at) * scale;
        for (let dot = 0; dot < 7; dot++) {
          if (column & (1 << dot)) this.rectangle(left, y + dot * scale, scale, scale, WHITE);
        }
      });
    });
  }
}

function bytesOf({ width, height }: Size): number {
  return width * height * BYTES_PER_PX;
}

function colour(hex: string): Buffer {
  return Buffer.from(`${hex}ff`, "hex");
}
