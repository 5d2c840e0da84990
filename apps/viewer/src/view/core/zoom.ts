/** Changes what is visible of the picture: zooming and dragging. Pure; loaded with the controls, after the first picture. */
import {
  bounded,
  MAX_SCALE,
  type Point,
  place,
  type Scene,
  scaleOf,
  type View,
  WHOLE,
} from "./view.ts";

/** The scales at which zooming by key or button stops, as in other viewers. */
const STEPS = [
  ...[0.1, 0.15, 0.25, 0.33, 0.5, 0.67, 0.75, 0.9, 1, 1.1, 1.25, 1.5, 1.75],
  ...[2, 2.5, 3, 4, 5, 6, 8, 10, 12, MAX_SCALE],
];
const STEP_TOLERANCE = 1.001;

/** Zooms to a scale, but at least to the whole picture. What is under `anchor`, in device px of the box, stays in place. */
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
