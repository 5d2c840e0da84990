/** Finds small spots of a colour in pixels. Pure. */

export type Colour = readonly [red: number, green: number, blue: number];

export interface CanvasPixels {
  readonly width: number;
  readonly height: number;
  /** RGBA, rows from the top. */
  readonly data: Uint8ClampedArray;
}

export interface Spot {
  readonly x: number;
  readonly y: number;
}

/** The least width of a spot that is found, and the side of a square in which one spot is enough, px. */
const STEP = 2;
const APART = 8;
/** More spots add nothing: the picture is full of the colour. */
const MAX_SPOTS = 2000;
/** How much each channel (of 255) may differ, after JPEG compression and perhaps scaling. */
const TOLERANCE = 56;

/** Whether the pixel at a spot has about this colour. */
export function isColour({ data, width }: CanvasPixels, { x, y }: Spot, colour: Colour): boolean {
  const at = (y * width + x) * 4;
  return colour.every((value, i) => Math.abs((data[at + i] ?? 0) - value) <= TOLERANCE);
}

/** The spots that have the colour, one per group. */
export function spotsOf(pixels: CanvasPixels, colour: Colour): readonly Spot[] {
  const { data, width, height } = pixels;
  const [red, green, blue] = colour;
  const near = (value: number | undefined, to: number) =>
    value !== undefined && Math.abs(value - to) <= TOLERANCE;
  const spots: Spot[] = [];
  const taken = new Set<number>();
  for (let y = 0; y < height; y += STEP) {
    for (let x = 0; x < width; x += STEP) {
      const at = (y * width + x) * 4;
      if (!near(data[at + 1], green) || !near(data[at], red) || !near(data[at + 2], blue)) continue;
      const group = Math.floor(y / APART) * width + Math.floor(x / APART);
      if (taken.has(group)) continue;
      taken.add(group);
      spots.push({ x, y });
      if (spots.length === MAX_SPOTS) return spots;
    }
  }
  return spots;
}

/** Parses a computed colour such as `rgb(1, 2, 3)`. Undefined if it has another form, or is transparent. */
export function parseColour(css: string): Colour | undefined {
  const [red, green, blue, ...others] = [...css.matchAll(/\d+(?:\.\d+)?/g)].map(Number);
  if (!/^rgb\(/.test(css) || others.length > 0) return undefined;
  return red === undefined || green === undefined || blue === undefined
    ? undefined
    : [red, green, blue];
}
