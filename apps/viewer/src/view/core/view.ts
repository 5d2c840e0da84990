/**
 * Where the picture is in its box: whole or in part, with its edges on device pixels, so that nothing is resampled without need. A
 * view describes what the user wants to see of any picture, so it survives a change of the picture's or the box's size. Pure.
 */
import type { Size } from "@screen-share/protocol";

/** A scale this near to a whole number becomes that number: sharpness is worth up to 1 % of black, or of edge. */
const SNAP = 0.01;
/** The largest scale, in device px per picture px. */
export const MAX_SCALE = 16;
/** The scales at which zooming by key or button stops, as in other viewers. */
const STEPS = [
  ...[0.1, 0.15, 0.25, 0.33, 0.5, 0.67, 0.75, 0.9, 1, 1.1, 1.25, 1.5, 1.75],
  ...[2, 2.5, 3, 4, 5, 6, 8, 10, 12, MAX_SCALE],
];
/** A scale this near to a step is that step. */
const STEP_TOLERANCE = 1.001;

/** The whole picture; one device px per picture px; as wide as the box. */
export type Mode = "fit" | "actual" | "width";

export interface Point {
  readonly x: number;
  readonly y: number;
}

/** What the user wants to see. */
export interface View {
  readonly mode: Mode | "free";
  /** Device px per picture px; only for mode `free`. */
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
  /** Device px per picture px. */
  readonly scale: number;
  /** Each picture px is a square of whole device px, and must be drawn as one, unsmoothed. */
  readonly pixelated: boolean;
  /** Whether some of the picture is outside the box. */
  readonly cropped: boolean;
}

/** Where a view puts a picture. */
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

/**
 * Zooms to a scale, and keeps the point of the picture under `anchor` in place. The smallest scale is that of the whole picture, or
 * the current one if that is smaller.
 * @param anchor device px from the box's top left corner
 */
export function zoomTo(view: View, wanted: number, anchor: Point, scene: Scene): View {
  const before = place(view, scene);
  // A box without a height or a width shows nothing, and has no point to zoom to.
  if (before.scale === 0) return view;
  const smallest = scaleOf("fit", scene);
  // A small picture at its actual size: zooming out would make it larger.
  if (wanted <= before.scale && before.scale < smallest) return view;
  const scale = bounded(wanted, scene);
  if (scale <= smallest) return WHOLE;
  const growth = scale / before.scale;
  const { picture, box } = scene;
  const centre = {
    x: (box.width / 2 - anchor.x + (anchor.x - before.left) * growth) / (picture.width * scale),
    y: (box.height / 2 - anchor.y + (anchor.y - before.top) * growth) / (picture.height * scale),
  };
  return settled({ mode: "free", scale, centre }, scene);
}

/** Zooms one step in or out about the middle of the box. */
export function stepZoom(view: View, direction: "in" | "out", scene: Scene): View {
  const { scale } = place(view, scene);
  const next =
    direction === "in"
      ? STEPS.find((step) => step > scale * STEP_TOLERANCE)
      : STEPS.findLast((step) => step < scale / STEP_TOLERANCE);
  const middle = { x: scene.box.width / 2, y: scene.box.height / 2 };
  return next === undefined ? view : zoomTo(view, next, middle, scene);
}

/** Drags the picture by this many device px. */
export function panBy(view: View, { x, y }: Point, scene: Scene): View {
  const { width, height, cropped } = place(view, scene);
  if (!cropped) return view;
  const { centre } = settled(view, scene);
  return settled({ ...view, centre: { x: centre.x - x / width, y: centre.y - y / height } }, scene);
}

/** Goes from the whole picture to its actual size (or to twice its scale, if that is no larger), and back. */
export function toggleZoom(view: View, anchor: Point, scene: Scene): View {
  if (view.mode !== "fit") return WHOLE;
  const { scale } = place(view, scene);
  return zoomTo(view, scale < 1 ? 1 : scale * 2, anchor, scene);
}

/** Moves the centre so that no more is outside the box than necessary: then a drag back takes effect at once. */
function settled(view: View, scene: Scene): View {
  const { width, height } = place(view, scene);
  const { box } = scene;
  const centre = {
    x: width > box.width ? clamp(view.centre.x, box.width / 2 / width) : 0.5,
    y: height > box.height ? clamp(view.centre.y, box.height / 2 / height) : 0.5,
  };
  return { ...view, centre };
}

/** @param margin the least distance from either end */
function clamp(part: number, margin: number): number {
  return Math.min(1 - margin, Math.max(margin, part));
}

/** The offset of an edge in whole device px: centred if all fits, else where `centre` wants it without a gap at the picture's side. */
function offset(length: number, room: number, centre: number): number {
  const free = room - length;
  if (free >= 0 || centre === 0.5) return Math.floor(free / 2);
  return Math.round(Math.min(0, Math.max(free, room / 2 - centre * length)));
}

function scaleOf(mode: Mode, { picture, box }: Scene): number {
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

function bounded(scale: number, scene: Scene): number {
  const smallest = scaleOf("fit", scene);
  return Math.min(Math.max(MAX_SCALE, smallest), Math.max(smallest, snap(scale)));
}

function snap(scale: number): number {
  const whole = Math.max(1, Math.round(scale));
  return Math.abs(scale / whole - 1) <= SNAP ? whole : scale;
}
