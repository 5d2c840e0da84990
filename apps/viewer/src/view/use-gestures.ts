/** The hands on the picture: the browser's pointer, wheel and pinch events as those of the reducer. */
import { type RefObject, useEffect } from "react";
import { type HandEvent, handle, NO_HANDS } from "./core/gestures.ts";
import type { Point } from "./core/view.ts";
import type { ViewState } from "./core/view-state.ts";

/** How far a finger trembles, CSS px. */
const SLOP = 10;
/** One notch of a usual wheel, 100 CSS px, zooms by a fifth; a trackpad's pinch tells smaller numbers for more. */
const WHEEL_POWER = 0.0018;
const PINCH_POWER = 0.01;
/** What one event may zoom by at most, whatever a driver reports: e to this power. */
const MAX_POWER = 0.7;
const LINE_PX = 33;

/** @param view undefined: no hand is heeded */
export function useGestures(
  stage: RefObject<HTMLElement | null>,
  view: ViewState | undefined,
): void {
  useEffect(() => {
    const element = stage.current;
    if (!element || !view) return;
    const ending = new AbortController();
    listen(element, view, ending.signal);
    return () => ending.abort();
  }, [stage, view]);
}

function listen(stage: HTMLElement, state: ViewState, signal: AbortSignal): void {
  let hands = NO_HANDS;
  const tell = (event: HandEvent) => {
    // Nobody holds what is not there: whoever lifts a finger meanwhile is not heard.
    if (!state.scene) hands = NO_HANDS;
    state.change((view, scene) => {
      const handled = handle({ hands, view }, event, { scene, slop: SLOP * devicePixelRatio });
      hands = handled.hands;
      return handled.view;
    });
  };
  const on = <Type extends keyof HTMLElementEventMap>(
    type: Type,
    listener: (event: HTMLElementEventMap[Type]) => void,
  ) => stage.addEventListener(type, listener, { signal, passive: false });

  on("pointerdown", (event) => {
    if (event.button !== 0) return;
    stage.setPointerCapture(event.pointerId);
    stage.dataset.held = "";
    tell({ type: "press", ...pointOf(event, stage), id: event.pointerId });
  });
  on("pointermove", (event) => {
    tell({ type: "move", ...pointOf(event, stage), id: event.pointerId });
  });
  const leave = (type: "lift" | "lose") => (event: PointerEvent) => {
    tell({ type, id: event.pointerId, timeMs: event.timeStamp });
    if (hands.fingers.length === 0) delete stage.dataset.held;
  };
  on("pointerup", leave("lift"));
  on("pointercancel", leave("lose"));
  on("lostpointercapture", leave("lose"));
  on("wheel", (event) => {
    event.preventDefault();
    tell({ type: "wheel", ...pointOf(event, stage), factor: wheelFactor(event) });
  });
  listenToSafari(stage, { tell, idle: () => hands.fingers.length === 0, signal });
}

/** A trackpad's pinch comes as a wheel with a ctrl key that nobody presses. */
function wheelFactor({ deltaY, deltaMode, ctrlKey }: WheelEvent): number {
  const px = deltaMode === WheelEvent.DOM_DELTA_PIXEL ? deltaY : deltaY * LINE_PX;
  const power = -px * (ctrlKey ? PINCH_POWER : WHEEL_POWER);
  return Math.exp(Math.min(MAX_POWER, Math.max(-MAX_POWER, power)));
}

/** Safari alone tells pinches by events of its own; on a phone beside those of the fingers, which are enough then. */
function listenToSafari(
  stage: HTMLElement,
  options: {
    readonly tell: (event: HandEvent) => void;
    readonly idle: () => boolean;
    readonly signal: AbortSignal;
  },
): void {
  const { tell, idle, signal } = options;
  let before = 1;
  const listener = (event: Event) => {
    event.preventDefault();
    if (!isGesture(event)) return;
    if (event.type === "gesturechange" && idle()) {
      tell({ type: "wheel", ...pointOf(event, stage), factor: event.scale / before });
    }
    before = event.scale;
  };
  for (const type of ["gesturestart", "gesturechange", "gestureend"]) {
    stage.addEventListener(type, listener, { signal, passive: false });
  }
}

type Placed = Pick<MouseEvent, "clientX" | "clientY" | "timeStamp">;

function isGesture(event: Event): event is Event & Placed & { readonly scale: number } {
  return "scale" in event && "clientX" in event && typeof event.scale === "number";
}

function pointOf(
  event: Placed,
  stage: HTMLElement,
): { readonly at: Point; readonly timeMs: number } {
  const { left, top } = stage.getBoundingClientRect();
  const at = {
    x: (event.clientX - left) * devicePixelRatio,
    y: (event.clientY - top) * devicePixelRatio,
  };
  return { at, timeMs: event.timeStamp };
}
