import { describe, expect, it } from "vitest";
import { MAX_SCALE, place, type Scene, type View, WHOLE } from "./view.ts";
import { stepZoom } from "./zoom-steps.ts";

const SCENE: Scene = { picture: { width: 1920, height: 1080 }, box: { width: 1200, height: 675 } };
const scaleOf = (view: View) => place(view, SCENE).scale;

function walk(direction: "in" | "out", from: View): number[] {
  const scales: number[] = [];
  let view = from;
  for (;;) {
    const next = stepZoom(view, direction, SCENE);
    if (scaleOf(next) === scaleOf(view)) return scales;
    view = next;
    scales.push(scaleOf(view));
  }
}

describe("zooming by steps", () => {
  it("goes from the whole picture by round scales to the largest, its own size among them", () => {
    const scales = walk("in", WHOLE);
    expect(scales.slice(0, 5)).toEqual([0.67, 0.75, 0.9, 1, 1.1]);
    expect(scales.at(-1)).toBe(MAX_SCALE);
  });

  it("comes back the same way, and ends at the whole picture", () => {
    const closest = { ...WHOLE, mode: "free" as const, scale: MAX_SCALE };
    const scales = walk("out", closest);
    expect(scales.slice(-4)).toEqual([0.9, 0.75, 0.67, 0.625]);
    const last = stepZoom({ ...closest, scale: 0.67 }, "out", SCENE);
    expect(last).toBe(WHOLE);
  });
});
