/**
 * What the pixels of an X screen mean, according to the visual of its root window: masks of bits (TrueColor), or indices into a colormap
 * (PseudoColor, GrayScale, DirectColor), whose entries any program may change.
 */
import type { Display, Screen, Visual } from "x11";
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
  if (visual.class === TRUE_COLOR) {
    return { layout, queries: [], description, colours: () => evenColours(visual) };
  }
  if (visual.map_ent > MAX_ENTRIES) return undefined;
  const indices = Array.from({ length: visual.map_ent }, (_, index) => index);
  if (visual.class !== DIRECT_COLOR) {
    const colours = (entries: readonly ColormapEntry[]): Colours => {
      const words = entries.map((entry) =>
        rgbaWord(level(entry.red), level(entry.green), level(entry.blue)),
      );
      return { kind: "palette", palette: Uint32Array.from(words) };
    };
    return { layout, queries: indices, description, colours };
  }
  const { red_mask, green_mask, blue_mask } = visual;
  // One pixel requests the same index in all three channels; a shorter channel repeats its own entries.
  const places = indices.map((index) =>
    [red_mask, green_mask, blue_mask]
      .map((mask) => at(mask, index))
      .reduce((px, bits) => (px | bits) >>> 0, 0),
  );
  const colours = (entries: readonly ColormapEntry[]): Colours => ({
    kind: "channels",
    red: channel(
      red_mask,
      entries.map(({ red }) => red),
    ),
    green: channel(
      green_mask,
      entries.map(({ green }) => green),
    ),
    blue: channel(
      blue_mask,
      entries.map(({ blue }) => blue),
    ),
  });
  return { layout, queries: places, description, colours };
}

function evenColours({ red_mask, green_mask, blue_mask }: Visual): Colours {
  return {
    kind: "channels",
    red: evenChannel(red_mask),
    green: evenChannel(green_mask),
    blue: evenChannel(blue_mask),
  };
}

function channel(mask: number, levels: readonly number[]): Channel {
  const { max } = rangeOf(mask);
  return { mask, levels: Uint8Array.from(levels.slice(0, max + 1), level) };
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
