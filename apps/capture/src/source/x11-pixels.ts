/** What the pixels of an X screen mean, by its root window's visual: masks of bits, or indices into a colormap that may change. */
import type { Display, Screen } from "x11";
import {
  type Channel,
  type Colours,
  evenChannel,
  type PixelLayout,
  rangeOf,
  rgbaWord,
} from "./core/pixel-format.ts";

const MSB_FIRST = 1;
const TRUE_COLOR = 4;
const DIRECT_COLOR = 5;
const CLASSES = [
  "StaticGray",
  "GrayScale",
  "StaticColor",
  "PseudoColor",
  "TrueColor",
  "DirectColor",
];
/** Requesting a larger palette again and again would cost more than a picture; no server has one. */
const MAX_ENTRIES = 4096;

/** An entry of a colormap. Levels are 0 to 65,535. */
export interface ColormapEntry {
  readonly red: number;
  readonly green: number;
  readonly blue: number;
}

export interface ScreenPixels {
  readonly layout: PixelLayout;
  /** The colormap entries to request, as pixel values. Empty for TrueColor. */
  readonly queries: readonly number[];
  /** @param entries the answers to `queries`, in the same order */
  colours(entries: readonly ColormapEntry[]): Colours;
  /** For messages, such as "depth 24, 32 bits per pixel, TrueColor". */
  readonly description: string;
}

/** Returns undefined if the server describes no such visual, or its colormap is too large. */
export function pixelsOf(display: Display, screen: Screen): ScreenPixels | undefined {
  const depth = screen.root_depth;
  const format = display.format[depth];
  const visual = screen.depths[depth]?.[screen.root_visual];
  if (!format || !visual) return undefined;
  const bitsPerPixel = format.bits_per_pixel;
  const layout: PixelLayout = {
    bitsPerPixel,
    scanlinePad: format.scanline_pad,
    bigEndian: display.image_byte_order === MSB_FIRST,
    highBitFirst: display.bitmap_bit_order === MSB_FIRST,
  };
  const className = CLASSES[visual.class] ?? `visual class ${visual.class}`;
  const description = `depth ${depth}, ${bitsPerPixel} bits per pixel, ${className}`;
  const { red_mask, green_mask, blue_mask, map_ent: count } = visual;
  if (visual.class === TRUE_COLOR) {
    const colours = (): Colours => ({
      kind: "channels",
      red: evenChannel(red_mask),
      green: evenChannel(green_mask),
      blue: evenChannel(blue_mask),
    });
    return { layout, queries: [], description, colours };
  }
  if (count > MAX_ENTRIES) return undefined;
  if (visual.class !== DIRECT_COLOR) {
    const queries = Array.from({ length: count }, (_, index) => index);
    const colours = (entries: readonly ColormapEntry[]): Colours => {
      const words = entries.map(({ red, green, blue }) =>
        rgbaWord(level(red), level(green), level(blue)),
      );
      return { kind: "palette", palette: Uint32Array.from(words) };
    };
    return { layout, queries, description, colours };
  }
  // One pixel requests the same index in all three channels; a shorter channel repeats its own entries.
  const queries = Array.from(
    { length: count },
    (_, index) => (at(red_mask, index) | at(green_mask, index) | at(blue_mask, index)) >>> 0,
  );
  const colours = (entries: readonly ColormapEntry[]): Colours => ({
    kind: "channels",
    red: channel(red_mask, entries, "red"),
    green: channel(green_mask, entries, "green"),
    blue: channel(blue_mask, entries, "blue"),
  });
  return { layout, queries, description, colours };
}

function channel(
  mask: number,
  entries: readonly ColormapEntry[],
  name: keyof ColormapEntry,
): Channel {
  const values = entries.slice(0, rangeOf(mask).max + 1).map((entry) => entry[name]);
  return { mask, levels: Uint8Array.from(values, level) };
}

/** A channel's value, shifted to its bits of a pixel. */
function at(mask: number, value: number): number {
  const { shift, max } = rangeOf(mask);
  return (value & max) << shift;
}

/** From 16 bits to 8. */
function level(value: number): number {
  return Math.round(value / 257);
}
