/**
 * What hands do over the picture, as a reducer: one finger or the mouse drags, two fingers pinch and drag at once, a wheel
 * zooms, two taps toggle. Points are device px from the box's top left corner, times ms. Pure.
 */
import { type Point, panBy, place, type Scene, toggleZoom, type View, zoomTo } from "./view.ts";

/** A press that is longer is no tap, and taps further apart are two. */
const TAP_MS = 300;
/** What a wheel has turned counts together until it rests so long. */
const WHEEL_REST_MS = 250;

interface Finger {
  readonly id: number;
  readonly at: Point;
}

export interface Hands {
  /** What is down, two at most. */
  readonly fingers: readonly Finger[];
  /** Where and when the only finger came down; undefined once it cannot become a tap. */
  readonly press: Mark | undefined;
  /** The tap before, to which a second one would make two. */
  readonly tap: Mark | undefined;
  /** The fingers' distance when there were two, and the scale then: what they want is counted from there, or small moves would be lost to snapping. */
  readonly pinch: { readonly distance: number; readonly scale: number } | undefined;
  /** The scale that a wheel wants, before snapping. */
  readonly wheel: { readonly scale: number; readonly timeMs: number } | undefined;
}

interface Mark {
  readonly at: Point;
  readonly timeMs: number;
}

export const NO_HANDS: Hands = {
  fingers: [],
  press: undefined,
  tap: undefined,
  pinch: undefined,
  wheel: undefined,
};

export type HandEvent =
  | { readonly type: "press"; readonly id: number; readonly at: Point; readonly timeMs: number }
  | { readonly type: "move"; readonly id: number; readonly at: Point }
  | { readonly type: "lift"; readonly id: number; readonly timeMs: number }
  /** The system took it: whatever it was, it was no tap. */
  | { readonly type: "lose"; readonly id: number }
  | {
      readonly type: "wheel";
      readonly at: Point;
      readonly factor: number;
      readonly timeMs: number;
    };

export interface Handled {
  readonly hands: Hands;
  readonly view: View;
}

/** @param stage.slop how far a finger trembles, device px */
export function handle(
  { hands, view }: Handled,
  event: HandEvent,
  stage: { readonly scene: Scene; readonly slop: number },
): Handled {
  const { scene, slop } = stage;
  switch (event.type) {
    case "press":
      return { hands: pressed(hands, event, place(view, scene).scale), view };
    case "move":
      return moved({ hands, view }, event, stage);
    case "lift": {
      const { press, tap } = hands;
      const rest = lifted(hands, event.id);
      if (!press || event.timeMs - press.timeMs > TAP_MS) return { hands: rest, view };
      const second =
        tap && press.timeMs - tap.timeMs <= TAP_MS && distance(tap.at, press.at) <= 3 * slop;
      return second
        ? { hands: rest, view: toggleZoom(view, press.at, scene) }
        : { hands: { ...rest, tap: { at: press.at, timeMs: event.timeMs } }, view };
    }
    case "lose":
      return { hands: lifted(hands, event.id), view };
    case "wheel": {
      const { wheel } = hands;
      const turning = wheel && event.timeMs - wheel.timeMs < WHEEL_REST_MS;
      const from = turning ? wheel.scale : place(view, scene).scale;
      const next = zoomTo(view, from * event.factor, event.at, scene);
      // What lies beyond the ends is forgotten, so that the way back begins at once.
      const bounds = place(next, scene).scale;
      const wanted = clamp(from * event.factor, bounds / 1.02, bounds * 1.02);
      return { hands: { ...hands, wheel: { scale: wanted, timeMs: event.timeMs } }, view: next };
    }
    default:
      return event satisfies never;
  }
}

function pressed(
  hands: Hands,
  { id, at, timeMs }: Extract<HandEvent, { type: "press" }>,
  scale: number,
): Hands {
  const [other, third] = hands.fingers.filter((finger) => finger.id !== id);
  if (third) return hands;
  if (!other) return { ...hands, fingers: [{ id, at }], press: { at, timeMs } };
  return {
    ...hands,
    fingers: [other, { id, at }],
    press: undefined,
    tap: undefined,
    pinch: { distance: Math.max(1, distance(other.at, at)), scale },
  };
}

function moved(
  { hands, view }: Handled,
  { id, at }: Extract<HandEvent, { type: "move" }>,
  { scene, slop }: { readonly scene: Scene; readonly slop: number },
): Handled {
  const before = hands.fingers;
  if (!before.some((finger) => finger.id === id)) return { hands, view };
  const fingers = before.map((finger) => (finger.id === id ? { id, at } : finger));
  const [middle, from] = [middleOf(fingers), middleOf(before)];
  const by = { x: middle.x - from.x, y: middle.y - from.y };
  const [one, two] = fingers;
  if (one && two && hands.pinch) {
    const wanted = (hands.pinch.scale * distance(one.at, two.at)) / hands.pinch.distance;
    // In this order, since what is not larger than the box yet cannot be dragged.
    const zoomed = zoomTo(view, wanted, from, scene);
    return { hands: { ...hands, fingers }, view: panBy(zoomed, by, scene) };
  }
  const still = hands.press && distance(hands.press.at, at) <= slop;
  const press = still ? hands.press : undefined;
  return { hands: { ...hands, fingers, press }, view: panBy(view, by, scene) };
}

function lifted(hands: Hands, id: number): Hands {
  const fingers = hands.fingers.filter((finger) => finger.id !== id);
  if (fingers.length === hands.fingers.length) return hands;
  return { ...hands, fingers, press: undefined, tap: undefined, pinch: undefined };
}

function middleOf(fingers: readonly Finger[]): Point {
  const sum = fingers.reduce((all, { at }) => ({ x: all.x + at.x, y: all.y + at.y }), {
    x: 0,
    y: 0,
  });
  return { x: sum.x / fingers.length, y: sum.y / fingers.length };
}

function distance(a: Point, b: Point): number {
  return Math.hypot(a.x - b.x, a.y - b.y);
}

function clamp(value: number, least: number, most: number): number {
  return Math.min(most, Math.max(least, value));
}
