import { describe, expect, it } from "vitest";
import { type GestureInput, type Gesturing, gesture, NO_GESTURE } from "./gestures.ts";
import { type Point, place, type Scene, type View, WHOLE } from "./view.ts";
import { zoomTo } from "./zoom.ts";

const SCENE: Scene = { picture: { width: 1920, height: 1080 }, box: { width: 960, height: 540 } };
const SLOP = 8;
const MIDDLE = { x: 480, y: 270 };
const at = (x: number, y: number): Point => ({ x, y });

function play(events: readonly GestureInput[], view: View = WHOLE): Gesturing {
  let now: Gesturing = { state: NO_GESTURE, view };
  for (const event of events) now = gesture(now, event, { scene: SCENE, slop: SLOP });
  return now;
}

const placed = ({ view }: Gesturing) => place(view, SCENE);
const press = (id: number, where: Point, timeMs = 0): GestureInput => ({
  ...{ type: "press", id },
  ...{ at: where, timeMs },
});
const move = (id: number, where: Point): GestureInput => ({ type: "move", id, at: where });
const lift = (id: number, timeMs = 50): GestureInput => ({ type: "lift", id, timeMs });
const tap = (where: Point, timeMs: number) => [press(1, where, timeMs), lift(1, timeMs + 60)];
const wheel = (factor: number, timeMs: number, where = MIDDLE): GestureInput => ({
  ...{ type: "wheel", factor },
  ...{ at: where, timeMs },
});

/** The picture px under a point of the box. */
function under(handled: Gesturing, point: Point) {
  const { left, top, scale } = placed(handled);
  return { x: (point.x - left) / scale, y: (point.y - top) / scale };
}

describe("one finger or the mouse", () => {
  const near = zoomTo(WHOLE, 2, MIDDLE, SCENE);

  it("drags a picture larger than the box", () => {
    const before = place(near, SCENE);
    const after = placed(play([press(1, at(400, 200)), move(1, at(430, 180))], near));
    expect(after.left - before.left).toBe(30);
    expect(after.top - before.top).toBe(-20);
  });

  it("does not move a picture that is wholly visible", () => {
    expect(play([press(1, at(400, 200)), move(1, at(430, 180))]).view).toBe(WHOLE);
  });

  it("moves nothing before a press or after a release", () => {
    expect(play([move(1, at(1, 1))], near).view).toBe(near);
    const up = [press(1, at(1, 1)), lift(1), move(1, at(300, 300))];
    expect(play(up, near).view).toBe(near);
    expect(play([press(1, at(1, 1)), { type: "cancel", id: 1 }], near).state.fingers).toEqual([]);
  });
});

describe("a double tap", () => {
  it("shows the actual size at that point, and a second one shows the whole picture", () => {
    const corner = at(100, 100);
    const twice = [...tap(corner, 0), ...tap(at(103, 99), 200)];
    const near = play(twice);
    expect(placed(near).scale).toBe(1);
    expect(Math.abs(under(near, corner).x - 200)).toBeLessThan(5);
    expect(play(twice, near.view).view).toBe(WHOLE);
  });

  it("counts only if the taps are quick, close together and no drag", () => {
    expect(play([...tap(MIDDLE, 0), ...tap(MIDDLE, 900)]).view).toBe(WHOLE);
    expect(play([...tap(MIDDLE, 0), ...tap(at(100, 100), 200)]).view).toBe(WHOLE);
    expect(play([press(1, MIDDLE), lift(1, 500), ...tap(MIDDLE, 600)]).view).toBe(WHOLE);
    const dragged = [press(1, MIDDLE, 200), move(1, at(480, 290)), lift(1, 250)];
    expect(play([...tap(MIDDLE, 0), ...dragged]).view).toBe(WHOLE);
  });

  it("is not made of three taps: the third starts a new one", () => {
    const three = play([...tap(MIDDLE, 0), ...tap(MIDDLE, 150), ...tap(MIDDLE, 300)]);
    expect(placed(three).scale).toBe(1);
  });
});

describe("two fingers", () => {
  it("zoom about their middle, by their distance", () => {
    const begun = [press(1, at(380, 270)), press(2, at(580, 270))];
    const handled = play([...begun, move(1, at(280, 270)), move(2, at(680, 270))]);
    expect(placed(handled).scale).toBe(1);
    expect(Math.abs(under(handled, MIDDLE).x - 960)).toBeLessThan(2);
  });

  it("pass a whole scale even by moves so small that each alone would snap back", () => {
    const moves = Array.from({ length: 100 }, (_, i) => move(2, at(580 + i, 270)));
    const own = zoomTo(WHOLE, 1, MIDDLE, SCENE);
    const handled = play([press(1, at(380, 270)), press(2, at(580, 270)), ...moves], own);
    expect(placed(handled).scale).toBeCloseTo(299 / 200);
  });

  it("drag while they zoom", () => {
    const near = zoomTo(WHOLE, 4, MIDDLE, SCENE);
    const both = [press(1, at(380, 270)), press(2, at(580, 270))];
    const handled = play([...both, move(1, at(410, 280)), move(2, at(610, 280))], near);
    const before = place(near, SCENE);
    const after = placed(handled);
    expect(after.scale).toBe(4);
    // One finger moves before the other, so each move may round by a px.
    expect(Math.abs(after.left - before.left - 30)).toBeLessThanOrEqual(2);
    expect(Math.abs(after.top - before.top - 10)).toBeLessThanOrEqual(2);
  });

  it("leave a finger that keeps dragging, and make no tap", () => {
    const near = zoomTo(WHOLE, 4, MIDDLE, SCENE);
    const both = [press(1, at(380, 270)), press(2, at(580, 270), 10), lift(1, 40)];
    const before = place(near, SCENE);
    const handled = play([...both, move(2, at(590, 270))], near);
    expect(placed(handled).left).toBe(before.left + 10);
    expect(play([...both, lift(2, 60), ...tap(MIDDLE, 100)], near).view).toBe(near);
  });

  it("ignore a third one", () => {
    const three = [press(1, at(1, 1)), press(2, at(9, 9)), press(3, at(500, 5))];
    expect(play([...three, move(3, at(900, 500))]).state.fingers.map(({ id }) => id)).toEqual([
      1, 2,
    ]);
  });
});

describe("a wheel", () => {
  it("zooms to the pointer", () => {
    const where = at(700, 100);
    const handled = play([wheel(3, 0, where)]);
    expect(placed(handled).scale).toBeCloseTo(1.5);
    expect(Math.abs(under(handled, where).x - 1400)).toBeLessThan(2);
  });

  it("passes a whole scale even by turns so small that each alone would snap back", () => {
    const turns = Array.from({ length: 200 }, (_, i) => wheel(1.005, i * 10));
    expect(placed(play(turns)).scale).toBeCloseTo(0.5 * 1.005 ** 200, 1);
  });

  it("reverses at once after turning far beyond an end", () => {
    const far = Array.from({ length: 50 }, (_, i) => wheel(1.5, i * 10));
    const handled = play([...far, wheel(1 / 1.5, 500)]);
    expect(placed(handled).scale).toBeLessThan(12);
  });

  it("starts from the current scale after a rest", () => {
    const rested = play([wheel(1.995, 0), wheel(1.2, 1000)]);
    expect(placed(rested).scale).toBeCloseTo(1.2);
  });
});
