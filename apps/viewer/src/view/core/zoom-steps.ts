/** Where zooming by key or button stops: the scales that people know from other viewers. Pure. */
import { MAX_SCALE, type Point, place, type Scene, type View, zoomTo } from "./view.ts";

/** Device px a picture px. */
const STEPS = [
  ...[0.1, 0.15, 0.25, 0.33, 0.5, 0.67, 0.75, 0.9, 1, 1.1, 1.25, 1.5, 1.75],
  ...[2, 2.5, 3, 4, 5, 6, 8, 10, 12, MAX_SCALE],
];
/** A scale so near to a step is that step. */
const NEAR = 1.001;

/** One step in or out, about the middle of the box. */
export function stepZoom(view: View, direction: "in" | "out", scene: Scene): View {
  const { scale } = place(view, scene);
  const next =
    direction === "in"
      ? STEPS.find((step) => step > scale * NEAR)
      : STEPS.findLast((step) => step < scale / NEAR);
  const middle: Point = { x: scene.box.width / 2, y: scene.box.height / 2 };
  return next === undefined ? view : zoomTo(view, next, middle, scene);
}
