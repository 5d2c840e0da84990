/**
 * Where the picture is in its box, with its edges on device pixels, so that nothing is resampled without need. A view describes what the
 * user wants to see of any picture, so it survives a change of sizes. Scales are device px per picture px. Pure.
 */
import type { Size } from "@screen-share/protocol";

/** A scale this near to a whole number becomes that number: sharpness is worth up to 1 % of black, or of edge. */
const SNAP = 0.01;
export const MAX_SCALE = 16;
/** The whole picture; one device px per picture px; as wide as the box. */
export type Mode = "fit" | "actual" | "width";

export interface Point {
  readonly x: number;
  readonly y: number;
}

export interface View {
  readonly mode: Mode | "free";
  /** Only for mode `free`. */
  readonly scale: number;
  /** The point of the picture in the middle of the box, in parts of the picture's width and height. */
  readonly centre: Point;
}

export const WHOLE: View = { mode: "fit", scale: 1, centre: { x: 0.5, y: 0.5 } };

export interface Scene {
  readonly picture: Size;
  /** The room for the picture, in whole device px. */
  readonly box: Size;
}

export interface Placement {
  /** The whole picture in its box, in whole device px. Negative where it extends beyond the box. */
  readonly left: number;
  readonly top: number;
  readonly width: number;
  readonly height: number;
  readonly scale: number;
  /** Each picture px is a square of whole device px, and must be drawn as one, unsmoothed. */
  readonly pixelated: boolean;
  /** Whether some of the picture is outside the box. */
  readonly cropped: boolean;
}

export function place({ mode, scale: freeScale, centre }: View, scene: Scene): Placement {
  const { picture, box } = scene;
  const scale = mode === "free" ? bounded(freeScale, scene) : scaleOf(mode, scene);
  const width = Math.max(1, Math.round(picture.width * scale));
  const height = Math.max(1, Math.round(picture.height * scale));
  // After snapping to a whole scale, up to 1 % may be outside. That is not worth scrolling.
  const loose = mode === "fit";
  return {
    left: offset(width, box.width, loose ? 0.5 : centre.x),
    top: offset(height, box.height, loose ? 0.5 : centre.y),
    width,
    height,
    scale,
    pixelated: Number.isInteger(scale) && scale >= 2,
    cropped: !loose && (width > box.width || height > box.height),
  };
}

/** The offset of an edge in whole device px: centred if all fits, else where `centre` wants it without a gap at the picture's side. */
function offset(length: number, room: number, centre: number): number {
  const free = room - length;
  if (free >= 0 || centre === 0.5) return Math.floor(free / 2);
  return Math.round(Math.min(0, Math.max(free, room / 2 - centre * length)));
}

export function scaleOf(mode: Mode, { picture, box }: Scene): number {
  const across = box.width / picture.width;
  switch (mode) {
    case "fit":
      return snap(Math.min(across, box.height / picture.height));
    case "actual":
      return 1;
    case "width":
      return snap(across);
    default:
      return mode satisfies never;
  }
}

/** The nearest scale that is allowed, snapped. */
export function bounded(scale: number, scene: Scene): number {
  const smallest = scaleOf("fit", scene);
  return Math.min(Math.max(MAX_SCALE, smallest), Math.max(smallest, snap(scale)));
}

function snap(scale: number): number {
  const whole = Math.max(1, Math.round(scale));
  return Math.abs(scale / whole - 1) <= SNAP ? whole : scale;
}
