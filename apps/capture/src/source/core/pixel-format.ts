/** Converts the pixels of an X image of any layout of the protocol to RGBA: a table lookup or a few shifts for each pixel. */
import type { Rectangle } from "./dirty-grid.ts";

/** The layout of an image in memory (X protocol, format "ZPixmap"). */
export interface PixelLayout {
  readonly bitsPerPixel: number;
  readonly scanlinePad: number;
  /** Whether a pixel's first byte is its highest; with 4 bits per pixel, whether a byte's high half comes first. */
  readonly bigEndian: boolean;
  /** With 1 bit per pixel, whether a byte's highest bit comes first. */
  readonly highBitFirst: boolean;
}

/** A colour channel: its bits in a pixel, and the level from 0 to 255 of each of its values. */
export interface Channel {
  readonly mask: number;
  readonly levels: Uint8Array;
}

/** What a pixel's value means: an index into RGBA words made by `rgbaWord`, or a value per channel. */
export type Colours = { readonly kind: "palette"; readonly palette: Uint32Array } | Channels;

interface Channels {
  readonly kind: "channels";
  readonly red: Channel;
  readonly green: Channel;
  readonly blue: Channel;
}

/** Writes an image of this area, its rows padded, into an RGBA picture that has one word per pixel and is `stride` pixels wide. */
export type Unpacker = (
  image: Uint8Array,
  area: Rectangle,
  to: Uint32Array,
  stride: number,
) => void;

const OPAQUE = 0xff000000;
/** Pixels of up to this many bits are looked up in one table of at most 65,536 words. */
const MAX_TABLE_BITS = 16;

/** A pixel of an RGBA picture as a little-endian word. */
export function rgbaWord(red: number, green: number, blue: number): number {
  return (OPAQUE | (blue << 16) | (green << 8) | red) >>> 0;
}

/** A channel whose values run evenly from dark to full. */
export function evenChannel(mask: number): Channel {
  const { max } = rangeOf(mask);
  const levels = Uint8Array.from({ length: max + 1 }, (_, value) =>
    Math.round((value * 255) / Math.max(1, max)),
  );
  return { mask, levels };
}

/** The position of a mask's lowest bit, and the largest value of its bits. */
export function rangeOf(mask: number): { readonly shift: number; readonly max: number } {
  if (mask === 0) return { shift: 0, max: 0 };
  const shift = 31 - Math.clz32(mask & -mask);
  return { shift, max: mask >>> shift };
}

/** Returns undefined for combinations that no X server has, such as a palette with 32 bits per pixel. */
export function unpackerOf(layout: PixelLayout, colours: Colours): Unpacker | undefined {
  const { bitsPerPixel } = layout;
  if (bitsPerPixel <= MAX_TABLE_BITS) {
    const table = tableOf(bitsPerPixel, colours);
    if (bitsPerPixel === 16 || bitsPerPixel === 8) return tableUnpacker(layout, table);
    return bitsPerPixel === 4 || bitsPerPixel === 1 ? bitsUnpacker(layout, table) : undefined;
  }
  if (colours.kind === "palette") return undefined;
  if (bitsPerPixel === 32 && isBgrx(colours)) return bgrxUnpacker(layout);
  const toRgba = converterOf(colours);
  if (bitsPerPixel === 32) return unpacker32(layout, toRgba);
  return bitsPerPixel === 24 ? unpacker24(layout, toRgba) : undefined;
}

/** The format of almost all servers: 32 bits per pixel, blue in the lowest byte, then green and red. */
function bgrxUnpacker(layout: PixelLayout): Unpacker {
  return (image, area, to, stride) => {
    const from = wordsOf(image, layout);
    const gap = rowBytes(layout, area) / 4 - area.width;
    let read = 0;
    for (let y = area.y; y < area.y + area.height; y++, read += gap) {
      const start = y * stride + area.x;
      for (let at = start; at < start + area.width; at++) {
        const px = from[read++] ?? 0;
        to[at] = OPAQUE | ((px & 0xff) << 16) | (px & 0xff00) | ((px >>> 16) & 0xff);
      }
    }
  };
}

function unpacker32(layout: PixelLayout, toRgba: (px: number) => number): Unpacker {
  return (image, area, to, stride) => {
    const from = wordsOf(image, layout);
    const gap = rowBytes(layout, area) / 4 - area.width;
    let read = 0;
    for (let y = area.y; y < area.y + area.height; y++, read += gap) {
      const start = y * stride + area.x;
      for (let at = start; at < start + area.width; at++) to[at] = toRgba(from[read++] ?? 0);
    }
  };
}

function unpacker24(layout: PixelLayout, toRgba: (px: number) => number): Unpacker {
  const [first, last] = layout.bigEndian ? [16, 0] : [0, 16];
  return (image, area, to, stride) => {
    const bytes = rowBytes(layout, area);
    for (let row = 0; row < area.height; row++) {
      const start = (area.y + row) * stride + area.x;
      for (let x = 0, read = row * bytes; x < area.width; x++, read += 3) {
        const [low, high] = [(image[read] ?? 0) << first, (image[read + 2] ?? 0) << last];
        to[start + x] = toRgba(low | ((image[read + 1] ?? 0) << 8) | high);
      }
    }
  };
}

function tableUnpacker(layout: PixelLayout, table: Uint32Array): Unpacker {
  return (image, area, to, stride) => {
    const from = wordsOf(image, layout);
    const gap = (rowBytes(layout, area) * 8) / layout.bitsPerPixel - area.width;
    let read = 0;
    for (let y = area.y; y < area.y + area.height; y++, read += gap) {
      const start = y * stride + area.x;
      for (let at = start; at < start + area.width; at++) to[at] = table[from[read++] ?? 0] ?? 0;
    }
  };
}

function bitsUnpacker(layout: PixelLayout, table: Uint32Array): Unpacker {
  const bits = layout.bitsPerPixel;
  const lowFirst = bits === 4 ? !layout.bigEndian : !layout.highBitFirst;
  return (image, area, to, stride) => {
    const bytes = rowBytes(layout, area);
    for (let row = 0; row < area.height; row++) {
      const start = (area.y + row) * stride + area.x;
      for (let x = 0; x < area.width; x++) {
        const bit = (x * bits) & 7;
        const shift = lowFirst ? bit : 8 - bits - bit;
        const byte = image[row * bytes + ((x * bits) >> 3)] ?? 0;
        to[start + x] = table[(byte >> shift) & ((1 << bits) - 1)] ?? 0;
      }
    }
  };
}

/** The RGBA word for each value that a pixel can have. Unused bits are ignored. */
function tableOf(bitsPerPixel: number, colours: Colours): Uint32Array {
  const values = { length: 2 ** bitsPerPixel };
  if (colours.kind === "channels") {
    const toRgba = converterOf(colours);
    return Uint32Array.from(values, (_, px) => toRgba(px));
  }
  const { palette } = colours;
  const indexMask = 2 ** Math.ceil(Math.log2(Math.max(1, palette.length))) - 1;
  return Uint32Array.from(values, (_, px) => palette[px & indexMask] ?? rgbaWord(0, 0, 0));
}

function converterOf({ red, green, blue }: Channels): (px: number) => number {
  const [r, g, b] = [rangeOf(red.mask).shift, rangeOf(green.mask).shift, rangeOf(blue.mask).shift];
  // Signed, unlike `rgbaWord`: a Uint32Array stores the same bits, and this is several times faster.
  return (px) =>
    OPAQUE |
    ((blue.levels[(px & blue.mask) >>> b] ?? 0) << 16) |
    ((green.levels[(px & green.mask) >>> g] ?? 0) << 8) |
    (red.levels[(px & red.mask) >>> r] ?? 0);
}

function isBgrx({ red, green, blue }: Channels): boolean {
  const even = [red, green, blue].every(({ levels }) => levels.every((level, i) => level === i));
  return even && red.mask === 0xff0000 && green.mask === 0xff00 && blue.mask === 0xff;
}

function rowBytes({ bitsPerPixel, scanlinePad }: PixelLayout, { width }: Rectangle): number {
  return (Math.ceil((width * bitsPerPixel) / scanlinePad) * scanlinePad) / 8;
}

/** The pixels of an image with 8, 16 or 32 bits per pixel, and the padding of its rows. */
function wordsOf(image: Uint8Array, { bitsPerPixel, bigEndian }: PixelLayout) {
  if (bitsPerPixel === 8) return image;
  const bytes = bitsPerPixel / 8;
  const length = Math.floor(image.length / bytes);
  if (bigEndian) {
    const view = new DataView(image.buffer, image.byteOffset);
    const words = bytes === 2 ? new Uint16Array(length) : new Uint32Array(length);
    for (let i = 0; i < length; i++) {
      words[i] = bytes === 2 ? view.getUint16(i * 2) : view.getUint32(i * 4);
    }
    return words;
  }
  // Typed arrays must be aligned, and a reply may begin anywhere. Not `slice`, which does not copy a Buffer.
  const { buffer, byteOffset } = image.byteOffset % bytes === 0 ? image : new Uint8Array(image);
  return bytes === 2
    ? new Uint16Array(buffer, byteOffset, length)
    : new Uint32Array(buffer, byteOffset, length);
}
