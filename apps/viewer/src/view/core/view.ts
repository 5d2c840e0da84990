/**
 * Where the picture goes in its box: whole or in part, its edges on device pixels, so that nothing is resampled that need
 * not be. A view says what somebody wants to see of whatever picture there is; it outlives a change of the picture's size, or of
 * the box's. Pure.
 */
import type { Size } from "@screen-share/protocol";

/** A scale so near to a whole number becomes that number: sharpness is worth up to 1 % of black, or of edge. */
const SNAP = 0.01;
/** Device px a picture px: nobody needs to see more of less. */
export const MAX_SCALE = 16;

/** All of it; a picture px a device px; as wide as the box; or as somebody zoomed. */
export const MODES = ["fit", "actual", "width"] as const;
export type Mode = (typeof MODES)[number];

export interface Point {
  readonly x: number;
  readonly y: number;
}

/** What is wanted. */
export interface View {
  readonly mode: Mode | "free";
  /** Device px a picture px; of mode `free` alone. */
  readonly scale: number;
  /** The point of the picture that is wanted in the middle, as parts of its width and height. */
  readonly centre: Point;
}

export const WHOLE: View = { mode: "fit", scale: 1, centre: { x: 0.5, y: 0.5 } };

/** What there is to see, and where. */
export interface Scene {
  readonly picture: Size;
  /** The room there is, in whole device px. */
  readonly box: Size;
}

export interface Placement {
  /** Of the whole picture in its box, device px; whole numbers. Negative where some of it is outside. */
  readonly left: number;
  readonly top: number;
  readonly width: number;
  readonly height: number;
  /** Device px a picture px. */
  readonly scale: number;
  /** Each picture px becomes a square of whole device px: draw it as one, unsmoothed. */
  readonly pixelated: boolean;
  /** Whether some of it is outside the box. */
  readonly cropped: boolean;
}

/** Where a view puts a picture. */
export function place({ mode, scale: freeScale, centre }: View, scene: Scene): Placement {
  const { picture, box } = scene;
  const scale = mode === "free" ? bounded(freeScale, scene) : scaleOf(mode, scene);
  const width = Math.max(1, Math.round(picture.width * scale));
  const height = Math.max(1, Math.round(picture.height * scale));
  // What is snapped to a whole scale may stand out by 1 %: that is not worth scrolling.
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
 * Zooms by a factor, and leaves the point of the picture where it is that is under `anchor`.
 * @param anchor device px, from the box's top left corner
 */
export function zoomBy(view: View, factor: number, anchor: Point, scene: Scene): View {
  const { scale } = place(view, scene);
  return zoomTo(view, scale * factor, anchor, scene);
}

/** As `zoomBy`, to a scale; the smallest there is, is the whole picture, or what is smaller already. */
export function zoomTo(view: View, wanted: number, anchor: Point, scene: Scene): View {
  const before = place(view, scene);
  // A box without a height or a width shows nothing, and has no point to zoom to.
  if (before.scale === 0) return view;
  const smallest = scaleOf("fit", scene);
  // A small picture at its own size: less of it would be more.
  if (wanted <= before.scale && before.scale < smallest) return view;
  const scale = bounded(wanted, scene);
  if (scale <= smallest) return WHOLE;
  const grown = scale / before.scale;
  const { picture, box } = scene;
  const centre = {
    x: (box.width / 2 - anchor.x + (anchor.x - before.left) * grown) / (picture.width * scale),
    y: (box.height / 2 - anchor.y + (anchor.y - before.top) * grown) / (picture.height * scale),
  };
  return settled({ mode: "free", scale, centre }, scene);
}

/** Drags the picture by so many device px. */
export function panBy(view: View, { x, y }: Point, scene: Scene): View {
  const { width, height, cropped } = place(view, scene);
  if (!cropped) return view;
  const { centre } = settled(view, scene);
  return settled({ ...view, centre: { x: centre.x - x / width, y: centre.y - y / height } }, scene);
}

/** In one step from all of it to its own size (or twice as large, if that is no more), and back. */
export function toggleZoom(view: View, anchor: Point, scene: Scene): View {
  if (view.mode !== "fit") return WHOLE;
  const { scale } = place(view, scene);
  return zoomTo(view, scale < 1 ? 1 : scale * 2, anchor, scene);
}

/** With its middle so that no more is outside than need be: a drag back shows at once. */
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

/** Of an edge, whole device px: in the middle if all fits, else as `centre` wants it and no black inside the picture's side. */
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
