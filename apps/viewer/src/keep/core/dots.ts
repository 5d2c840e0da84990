/** Finds small spots of a colour in pixels, and tells whether a place has one. Pure. */

export type Colour = readonly [red: number, green: number, blue: number];

export interface Pixels {
  readonly width: number;
  readonly height: number;
  /** RGBA, rows from the top. */
  readonly data: Uint8ClampedArray;
}

export interface Spot {
  readonly x: number;
  readonly y: number;
}

/** A spot has to be so many px wide to be found. */
const STEP = 2;
/** Of several places so close to each other one is enough, px. */
const APART = 8;
/** A picture that is full of the colour has no more to tell. */
const MAX_SPOTS = 2000;
/** How far a colour may be off, each channel of 255: it has been through a JPEG, and perhaps made smaller. */
const TOLERANCE = 56;

/** Whether the pixel there has about this colour. */
export function isColour({ data, width }: Pixels, { x, y }: Spot, colour: Colour): boolean {
  const at = (y * width + x) * 4;
  return colour.every((value, i) => Math.abs((data[at + i] ?? 0) - value) <= TOLERANCE);
}

/** Where the colour is, one place of each group. */
export function spotsOf(pixels: Pixels, colour: Colour): readonly Spot[] {
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

/** What a browser computes a colour to: `rgb(1, 2, 3)`. Undefined if it is of another kind, or see-through. */
export function parseColour(css: string): Colour | undefined {
  const [red, green, blue, ...others] = [...css.matchAll(/\d+(?:\.\d+)?/g)].map(Number);
  if (!/^rgb\(/.test(css) || others.length > 0) return undefined;
  return red === undefined || green === undefined || blue === undefined
    ? undefined
    : [red, green, blue];
}
