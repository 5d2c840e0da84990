import { seededRandom } from "@screen-share/protocol/testing";
import { describe, expect, it } from "vitest";
import { MAX_SCALE, type Mode, type Point, place, type Scene, type View, WHOLE } from "./view.ts";
import { panBy, stepZoom, toggleZoom, zoomTo } from "./zoom.ts";

const size = (width: number, height: number) => ({ width, height });
const shown = (picture: Scene["picture"], box: Scene["box"]) => place(WHOLE, { picture, box });
const DESKTOP: Scene = { picture: size(1920, 1080), box: size(960, 600) };
const as = (mode: Mode, centre = WHOLE.centre): View => ({ mode, scale: 1, centre });

const MODES: readonly Mode[] = ["fit", "actual", "width"];

function zoomBy(view: View, factor: number, anchor: Point, scene: Scene): View {
  return zoomTo(view, place(view, scene).scale * factor, anchor, scene);
}

/** The picture px under a point of the box. */
function under(view: View, point: { x: number; y: number }, scene: Scene) {
  const { left, top, scale } = place(view, scene);
  return { x: (point.x - left) / scale, y: (point.y - top) / scale };
}

describe("the whole picture", () => {
  it("shows one picture px per device px in a box of the same size", () => {
    const picture = size(1366, 768);
    expect(shown(picture, picture)).toEqual({
      left: 0,
      top: 0,
      width: 1366,
      height: 768,
      scale: 1,
      pixelated: false,
      cropped: false,
    });
  });

  it("keeps the scale of 1 if the box is up to 1 % larger or smaller, and splits the rest evenly", () => {
    const picture = size(1000, 500);
    expect(shown(picture, size(1008, 508))).toMatchObject({ scale: 1, left: 4, top: 4 });
    expect(shown(picture, size(992, 496))).toMatchObject({ scale: 1, left: -4, top: -2 });
    expect(shown(picture, size(980, 490)).scale).toBeCloseTo(0.98);
  });

  it("is centred, with black beside it in a wider box, and above and below it in a taller one", () => {
    const picture = size(100, 100);
    expect(shown(picture, size(180, 50))).toMatchObject({
      left: 65,
      top: 0,
      width: 50,
      height: 50,
    });
    expect(shown(picture, size(50, 180))).toMatchObject({ left: 0, top: 65 });
  });

  it("is drawn as squares only at whole scales of 2 and more", () => {
    const pixelated = (side: number) => shown(size(100, 100), size(side, side)).pixelated;
    expect([100, 150, 200, 201, 230, 300].map(pixelated)).toEqual([
      false,
      false,
      true,
      true,
      false,
      true,
    ]);
  });
});

describe("actual size and full width", () => {
  it("shows one picture px per device px in any box", () => {
    expect(place(as("actual"), DESKTOP)).toMatchObject({ scale: 1, left: -480, top: -240 });
    const small = { picture: size(100, 50), box: size(960, 600) };
    expect(place(as("actual"), small)).toMatchObject({ scale: 1, left: 430, cropped: false });
  });

  it("fills the width, and crops the height", () => {
    const scene = { picture: size(500, 1000), box: size(1000, 600) };
    expect(place(as("width"), scene)).toMatchObject({ scale: 2, left: 0, cropped: true });
    expect(place(as("width", { x: 0.5, y: 0 }), scene).top).toBe(0);
    expect(place(as("width", { x: 0.5, y: 1 }), scene).top).toBe(-1400);
  });
});

describe("zooming", () => {
  it("keeps the point under the pointer in place", () => {
    const random = seededRandom(5);
    let view = zoomBy(WHOLE, 4, { x: 300, y: 300 }, DESKTOP);
    for (let i = 0; i < 500; i++) {
      const anchor = { x: 960 * random(), y: 600 * random() };
      const before = under(view, anchor, DESKTOP);
      const next = zoomBy(view, 0.8 + 0.5 * random(), anchor, DESKTOP);
      const { left, top, width, height, cropped } = place(next, DESKTOP);
      const atAnEdge = [left, top, left + width - 960, top + height - 600].includes(0);
      if (next.mode === "free" && cropped && !atAnEdge && height > 600) {
        const after = under(next, anchor, DESKTOP);
        expect(Math.abs(after.x - before.x)).toBeLessThan(2);
        expect(Math.abs(after.y - before.y)).toBeLessThan(2);
      }
      view = next.mode === "fit" ? zoomBy(WHOLE, 4, anchor, DESKTOP) : next;
    }
  });

  it("ends at the whole picture when zooming out, and at squares when zooming in", () => {
    expect(zoomBy(WHOLE, 0.5, { x: 0, y: 0 }, DESKTOP)).toBe(WHOLE);
    const closest = zoomTo(WHOLE, 1000, { x: 480, y: 300 }, DESKTOP);
    expect(place(closest, DESKTOP)).toMatchObject({ scale: MAX_SCALE, pixelated: true });
  });

  it("never enlarges a picture smaller than the box when zooming out", () => {
    const small = { picture: size(100, 50), box: size(960, 600) };
    const own = as("actual");
    expect(zoomBy(own, 0.5, { x: 480, y: 300 }, small)).toBe(own);
    expect(zoomBy(own, 1.5, { x: 480, y: 300 }, small)).toBe(WHOLE);
  });

  it("snaps to whole scales, where the picture is sharp", () => {
    expect(place(zoomTo(WHOLE, 0.995, { x: 1, y: 1 }, DESKTOP), DESKTOP).scale).toBe(1);
    expect(place(zoomTo(WHOLE, 2.01, { x: 1, y: 1 }, DESKTOP), DESKTOP).scale).toBe(2);
  });

  it("toggles between the whole picture and its actual size", () => {
    const near = toggleZoom(WHOLE, { x: 0, y: 0 }, DESKTOP);
    expect(place(near, DESKTOP)).toMatchObject({ scale: 1, left: 0 });
    expect(toggleZoom(near, { x: 5, y: 5 }, DESKTOP)).toBe(WHOLE);
    const small = { picture: size(100, 100), box: size(100, 100) };
    expect(place(toggleZoom(WHOLE, { x: 50, y: 50 }, small), small).scale).toBe(2);
  });
});

const STEPPED: Scene = {
  picture: { width: 1920, height: 1080 },
  box: { width: 1200, height: 675 },
};
const steppedScale = (view: View) => place(view, STEPPED).scale;

function walk(direction: "in" | "out", from: View): number[] {
  const scales: number[] = [];
  let view = from;
  for (;;) {
    const next = stepZoom(view, direction, STEPPED);
    if (steppedScale(next) === steppedScale(view)) return scales;
    view = next;
    scales.push(steppedScale(view));
  }
}

describe("zooming by steps", () => {
  it("goes from the whole picture through round scales, among them the actual size, to the largest", () => {
    const scales = walk("in", WHOLE);
    expect(scales.slice(0, 5)).toEqual([0.67, 0.75, 0.9, 1, 1.1]);
    expect(scales.at(-1)).toBe(MAX_SCALE);
  });

  it("returns the same way, and ends at the whole picture", () => {
    const closest = { ...WHOLE, mode: "free" as const, scale: MAX_SCALE };
    const scales = walk("out", closest);
    expect(scales.slice(-4)).toEqual([0.9, 0.75, 0.67, 0.625]);
    const last = stepZoom({ ...closest, scale: 0.67 }, "out", STEPPED);
    expect(last).toBe(WHOLE);
  });
});

describe("dragging", () => {
  const view = zoomTo(WHOLE, 2, { x: 480, y: 300 }, DESKTOP);

  it("moves the picture with the pointer, px by px", () => {
    const before = place(view, DESKTOP);
    const after = place(panBy(view, { x: 37, y: -21 }, DESKTOP), DESKTOP);
    expect(after.left - before.left).toBe(37);
    expect(after.top - before.top).toBe(-21);
  });

  it("stops at the edges, and moves back at once", () => {
    const far = panBy(view, { x: 99_999, y: 99_999 }, DESKTOP);
    expect(place(far, DESKTOP)).toMatchObject({ left: 0, top: 0 });
    expect(place(panBy(far, { x: -10, y: -10 }, DESKTOP), DESKTOP)).toMatchObject({
      left: -10,
      top: -10,
    });
  });

  it("moves nothing while the whole picture is visible", () => {
    expect(panBy(WHOLE, { x: 10, y: 10 }, DESKTOP)).toBe(WHOLE);
  });
});

it("puts every edge on a device px, and leaves no gap beside a cropped picture, for any view of any scene", () => {
  const random = seededRandom(1);
  const side = () => 1 + Math.floor(8192 * random() ** 2);
  for (let i = 0; i < 3000; i++) {
    const scene = { picture: size(side(), side()), box: size(side(), side()) };
    const anchor = { x: scene.box.width * random(), y: scene.box.height * random() };
    let view: View = as(MODES[i % 3] ?? "fit", { x: random(), y: random() });
    if (i % 2) view = zoomBy(view, 4 * random(), anchor, scene);
    if (i % 5) view = panBy(view, { x: 900 * (random() - 0.5), y: 900 * random() }, scene);
    const { left, top, width, height } = place(view, scene);
    for (const edge of [left, top, width, height]) expect(Number.isInteger(edge)).toBe(true);
    for (const [start, length, room] of [
      [left, width, scene.box.width],
      [top, height, scene.box.height],
    ] as const) {
      if (length <= room) expect(start).toBe(Math.floor((room - length) / 2));
      else {
        expect(start).toBeLessThanOrEqual(0);
        expect(start + length).toBeGreaterThanOrEqual(room);
      }
    }
  }
});
