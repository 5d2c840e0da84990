/**
 * Gestures on the picture, as a reducer: one finger or the mouse drags, two fingers pinch and drag, a wheel zooms, two taps toggle the
 * zoom. Points are device px from the box's top left corner. Pure.
 */
import { type Point, place, type Scene, type View } from "./view.ts";
import { panBy, toggleZoom, zoomTo } from "./zoom.ts";

/** A longer press is no tap, and taps further apart in time are two single ones. */
const TAP_MS = 300;
/** The turns of a wheel add up until it rests for this time. */
const WHEEL_REST_MS = 250;
/** How far the scale wanted by a wheel may be from the scale that it gets. */
const WHEEL_LEAD = 1.02;

interface Finger {
  readonly id: number;
  readonly at: Point;
}

interface Mark {
  readonly at: Point;
  readonly timeMs: number;
}

export interface GestureState {
  /** At most two. */
  readonly fingers: readonly Finger[];
  /** Where and when the only finger came down. Undefined once this can no longer be a tap. */
  readonly press: Mark | undefined;
  /** The previous tap; another one soon after makes a double tap. */
  readonly tap: Mark | undefined;
  /** The distance of two fingers and the scale at the start: a pinch counts from there, or snapping would swallow small moves. */
  readonly pinch: { readonly distance: number; readonly scale: number } | undefined;
  /** The scale that the wheel asks for, before snapping. */
  readonly wheel: { readonly scale: number; readonly timeMs: number } | undefined;
}

export const NO_GESTURE: GestureState = {
  fingers: [],
  press: undefined,
  tap: undefined,
  pinch: undefined,
  wheel: undefined,
};

export type GestureInput =
  | ({ readonly type: "press" } & Finger & Mark)
  | ({ readonly type: "move" } & Finger)
  | { readonly type: "lift"; readonly id: number; readonly timeMs: number }
  /** The system took the finger over, so this is no tap. */
  | { readonly type: "cancel"; readonly id: number }
  | ({ readonly type: "wheel"; readonly factor: number } & Mark);

export interface Gesturing {
  readonly state: GestureState;
  readonly view: View;
}

/** @param stage.slop how far a resting finger may tremble, device px */
export function gesture(
  { state, view }: Gesturing,
  input: GestureInput,
  stage: { scene: Scene; slop: number },
): Gesturing {
  const { scene, slop } = stage;
  switch (input.type) {
    case "press":
      return { state: pressed(state, input, place(view, scene).scale), view };
    case "move":
      return moved({ state, view }, input, stage);
    case "lift": {
      const { press, tap } = state;
      const rest = lifted(state, input.id);
      if (!press || input.timeMs - press.timeMs > TAP_MS) return { state: rest, view };
      const isSecond =
        tap && press.timeMs - tap.timeMs <= TAP_MS && distance(tap.at, press.at) <= 3 * slop;
      if (isSecond) return { state: rest, view: toggleZoom(view, press.at, scene) };
      return { state: { ...rest, tap: { at: press.at, timeMs: input.timeMs } }, view };
    }
    case "cancel":
      return { state: lifted(state, input.id), view };
    case "wheel": {
      const { wheel } = state;
      const turning = wheel && input.timeMs - wheel.timeMs < WHEEL_REST_MS;
      const wanted = (turning ? wheel.scale : place(view, scene).scale) * input.factor;
      const next = zoomTo(view, wanted, input.at, scene);
      // Turns beyond either end are forgotten, so that the way back begins at once.
      const { scale } = place(next, scene);
      const kept = Math.min(scale * WHEEL_LEAD, Math.max(scale / WHEEL_LEAD, wanted));
      return { state: { ...state, wheel: { scale: kept, timeMs: input.timeMs } }, view: next };
    }
    default:
      return input satisfies never;
  }
}

function pressed(state: GestureState, input: Finger & Mark, scale: number): GestureState {
  const { id, at, timeMs } = input;
  const [other, third] = state.fingers.filter((finger) => finger.id !== id);
  if (third) return state;
  if (!other) return { ...state, fingers: [{ id, at }], press: { at, timeMs } };
  return {
    ...state,
    fingers: [other, { id, at }],
    press: undefined,
    tap: undefined,
    pinch: { distance: Math.max(1, distance(other.at, at)), scale },
  };
}

function moved(
  { state, view }: Gesturing,
  { id, at }: Finger,
  { scene, slop }: { scene: Scene; slop: number },
): Gesturing {
  const before = state.fingers;
  if (!before.some((finger) => finger.id === id)) return { state, view };
  const fingers = before.map((finger) => (finger.id === id ? { id, at } : finger));
  const [middle, from] = [middleOf(fingers), middleOf(before)];
  const by = { x: middle.x - from.x, y: middle.y - from.y };
  const [one, two] = fingers;
  if (one && two && state.pinch) {
    const wanted = (state.pinch.scale * distance(one.at, two.at)) / state.pinch.distance;
    // First the zoom: a picture that is not larger than the box cannot be dragged.
    const zoomed = zoomTo(view, wanted, from, scene);
    return { state: { ...state, fingers }, view: panBy(zoomed, by, scene) };
  }
  const isResting = state.press && distance(state.press.at, at) <= slop;
  const press = isResting ? state.press : undefined;
  return { state: { ...state, fingers, press }, view: panBy(view, by, scene) };
}

function lifted(state: GestureState, id: number): GestureState {
  const fingers = state.fingers.filter((finger) => finger.id !== id);
  if (fingers.length === state.fingers.length) return state;
  return { ...state, fingers, press: undefined, tap: undefined, pinch: undefined };
}

function middleOf(fingers: readonly Finger[]): Point {
  const mean = (side: "x" | "y") =>
    fingers.reduce((sum, { at }) => sum + at[side], 0) / fingers.length;
  return { x: mean("x"), y: mean("y") };
}

function distance(a: Point, b: Point): number {
  return Math.hypot(a.x - b.x, a.y - b.y);
}
