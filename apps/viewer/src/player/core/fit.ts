/**
 * Where the picture goes in its box: whole, centred, its edges on device pixels, so that nothing is resampled
 * that need not be.
 */
import type { Size } from "@screen-share/protocol";

/** A scale so near to a whole number becomes that number: sharpness is worth up to 1 % of black, or of edge. */
const SNAP = 0.01;

export interface Placement {
  /** CSS px. */
  readonly left: number;
  readonly top: number;
  readonly width: number;
  readonly height: number;
  /** Device px a picture px. */
  readonly scale: number;
  /** Each picture px becomes a square of whole device px: draw it as one, unsmoothed. */
  readonly pixelated: boolean;
}

/**
 * Places a picture.
 * @param options.box the room there is, in whole device px
 * @param options.devicePixelRatio device px a CSS px
 */
export function place(options: {
  readonly picture: Size;
  readonly box: Size;
  readonly devicePixelRatio: number;
}): Placement {
  const { picture, box, devicePixelRatio } = options;
  const scale = snap(Math.min(box.width / picture.width, box.height / picture.height));
  const width = Math.max(1, Math.round(picture.width * scale));
  const height = Math.max(1, Math.round(picture.height * scale));
  return {
    left: Math.floor((box.width - width) / 2) / devicePixelRatio,
    top: Math.floor((box.height - height) / 2) / devicePixelRatio,
    width: width / devicePixelRatio,
    height: height / devicePixelRatio,
    scale,
    pixelated: Number.isInteger(scale) && scale >= 2,
  };
}

function snap(scale: number): number {
  const whole = Math.max(1, Math.round(scale));
  return Math.abs(scale / whole - 1) <= SNAP ? whole : scale;
}
