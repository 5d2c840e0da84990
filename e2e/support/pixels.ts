/** Pictures as pixels, and the likeness of two of them. */

/** RGBA, 4 bytes a pixel, rows from the top without padding. */
export interface Pixels {
  readonly width: number;
  readonly height: number;
  readonly data: Uint8Array;
}

/** Pictures with a PSNR above this look the same, dB. */
export const ALIKE_DB = 30;

/** Peak signal-to-noise ratio over red, green and blue, dB; Infinity for equal pictures, 0 for pictures of different size. */
export function psnr(a: Pixels, b: Pixels): number {
  if (a.width !== b.width || a.height !== b.height) return 0;
  let squares = 0;
  for (let at = 0; at < a.data.length; at += 4) {
    for (let c = at; c < at + 3; c++) squares += ((a.data[c] ?? 0) - (b.data[c] ?? 0)) ** 2;
  }
  const mean = squares / (a.width * a.height * 3);
  return 10 * Math.log10(255 ** 2 / mean);
}

/** The middle pixel of each square of `step` × `step`. */
export function sampled(picture: Pixels, step: number): Pixels {
  if (step === 1) return picture;
  const { width, height, data } = picture;
  const size = { width: Math.floor(width / step), height: Math.floor(height / step) };
  const picked = new Uint8Array(size.width * size.height * 4);
  const middle = step >> 1;
  for (let at = 0; at < picked.length / 4; at++) {
    const y = Math.floor(at / size.width) * step + middle;
    const from = (y * width + (at % size.width) * step + middle) * 4;
    picked.set(data.subarray(from, from + 4), at * 4);
  }
  return { ...size, data: picked };
}

export function rowsFrom({ width, height, data }: Pixels, row: number): Pixels {
  return { width, height: height - row, data: data.subarray(row * width * 4) };
}

/** How many different colours a picture has, up to `max`: an all-black one has 1. */
export function colourCount({ data }: Pixels, max = 256): number {
  const view = new Uint32Array(data.buffer, data.byteOffset, data.length / 4);
  const colours = new Set<number>();
  for (const colour of view) {
    colours.add(colour);
    if (colours.size >= max) break;
  }
  return colours.size;
}
