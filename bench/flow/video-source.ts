/**
 * A synthetic 1280×720 desktop: lines of text, a 640×360 area that moves at 10 fps, and now and then a letter in a new place. It records
 * when what changed.
 */
import { type Geometry, geometryOf, MCU_SIDE, TILE_MCUS } from "@screen-share/protocol";
import { seededRandom } from "@screen-share/protocol/testing";
import type { Frame, Source } from "@screen-share/publish";

const SIZE = { width: 1280, height: 720 } as const;
const VIDEO = { x: 512, y: 240, width: 640, height: 360 } as const;
const VIDEO_FPS = 10;
const PICTURES = 12;
/** Letters are 8×16 px, in the columns left of the video. None shares its tiles with another until all tiles have had one. */
const TEXT = { columns: 3, lines: 40 } as const;
const LINE_HEIGHT = 2 * MCU_SIDE;
const BYTES_PER_PX = 4;

const GEOMETRY: Geometry = geometryOf(SIZE);
const TILES_A_ROW = GEOMETRY.columns / TILE_MCUS;

export const VIDEO_TILES: readonly number[] = tilesOf(VIDEO);

export interface TypedKey {
  /** ms since 1970 */
  readonly at: number;
  readonly tiles: readonly number[];
}

export class VideoSource implements Source {
  readonly name = "a synthetic desktop";
  readonly #random = seededRandom(7);
  readonly #pictures = Array.from({ length: PICTURES }, (_, i) => videoPicture(i));
  #pixels = desktop(this.#random);
  #keys: TypedKey[] = [];
  /** How many of the keys are in the pixels. */
  #typed = 0;
  #shown = -1;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #restedAt: number | undefined;

  constructor(private readonly now: () => number) {
    this.#type();
  }

  get keys(): readonly TypedKey[] {
    return this.#keys;
  }

  /** Stops all movement. */
  rest(): void {
    clearTimeout(this.#timer);
    this.#restedAt = this.now();
  }

  async grab(): Promise<Frame> {
    const capturedAt = this.now();
    const picture = Math.floor(((this.#restedAt ?? capturedAt) * VIDEO_FPS) / 1000) % PICTURES;
    if (picture !== this.#shown || this.#typed < this.#keys.length) {
      this.#pixels = Buffer.from(this.#pixels);
      blit(this.#pixels, this.#pictures[picture] ?? Buffer.alloc(0), VIDEO);
      for (; this.#typed < this.#keys.length; this.#typed++) this.#draw(this.#typed);
      this.#shown = picture;
    }
    return { ...SIZE, pixels: this.#pixels, capturedAt, subject: "made up" };
  }

  /** 2 to 3 times per second. */
  #type(): void {
    this.#timer = setTimeout(
      () => {
        const place = placeOf(this.#keys.length);
        this.#keys.push({ at: this.now(), tiles: tilesOf(place) });
        this.#type();
      },
      333 + 167 * this.#random(),
    );
  }

  #draw(key: number): void {
    const { x, y, width, height } = placeOf(key);
    const glyph = Buffer.alloc(width * height * BYTES_PER_PX, 0xff);
    for (let i = 0; i < width * height; i++)
      if (this.#random() < 0.3) glyph.fill(0x20, i * 4, i * 4 + 3);
    blit(this.#pixels, glyph, { x, y, width, height });
  }
}

interface Area {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

function placeOf(key: number): Area {
  const places = TEXT.columns * TEXT.lines;
  const place = key % places;
  const again = Math.floor(key / places);
  const x = Math.floor(place / TEXT.lines) * TILE_MCUS * MCU_SIDE + (again % TILE_MCUS) * MCU_SIDE;
  return { x, y: (place % TEXT.lines) * LINE_HEIGHT, width: MCU_SIDE, height: LINE_HEIGHT };
}

/** The tiles that an area touches. Rows have a whole number of tiles. */
function tilesOf({ x, y, width, height }: Area): number[] {
  const side = TILE_MCUS * MCU_SIDE;
  const tiles: number[] = [];
  for (let row = Math.floor(y / MCU_SIDE); row < (y + height) / MCU_SIDE; row++) {
    for (let column = Math.floor(x / side); column < (x + width) / side; column++) {
      tiles.push(row * TILES_A_ROW + column);
    }
  }
  return tiles;
}

/** Grey, with lines that resemble text. */
function desktop(random: () => number): Buffer {
  const pixels = Buffer.alloc(SIZE.width * SIZE.height * BYTES_PER_PX, 0xe8);
  for (let i = 0; i < 6000; i++) {
    const x = Math.floor(random() * 500);
    const y = Math.floor(random() * 40) * LINE_HEIGHT + 2 + Math.floor(random() * 10);
    const at = (y * SIZE.width + x) * BYTES_PER_PX;
    pixels.fill(0x30, at, at + 3);
  }
  return pixels;
}

/** Waves and a little noise, which take about as many bytes as a film. */
function videoPicture(number: number): Buffer {
  const random = seededRandom(number + 1);
  const pixels = Buffer.alloc(VIDEO.width * VIDEO.height * BYTES_PER_PX, 0xff);
  for (let y = 0; y < VIDEO.height; y++) {
    for (let x = 0; x < VIDEO.width; x++) {
      const wave = Math.sin(x / 9 + number) * 50 + Math.sin(y / 7 - number * 2) * 50;
      const grain = random() * 30;
      const at = (y * VIDEO.width + x) * BYTES_PER_PX;
      pixels[at] = 128 + wave + grain;
      pixels[at + 1] = 110 + wave / 2 + grain;
      pixels[at + 2] = 90 - wave / 2 + grain;
    }
  }
  return pixels;
}

function blit(pixels: Buffer, from: Buffer, { x, y, width, height }: Area): void {
  const rowBytes = width * BYTES_PER_PX;
  for (let row = 0; row < height; row++) {
    const at = ((y + row) * SIZE.width + x) * BYTES_PER_PX;
    from.copy(pixels, at, row * rowBytes, (row + 1) * rowBytes);
  }
}
