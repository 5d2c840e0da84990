/** Turns the browser's pointer, wheel and pinch events into gestures on the picture. */
import { type RefObject, useEffect } from "react";
import { type GestureInput, gesture, NO_GESTURE } from "./core/gestures.ts";
import type { Point } from "./core/view.ts";
import type { ViewState } from "./core/view-state.ts";

/** How far a resting finger may tremble, CSS px. */
const SLOP = 10;
/** One notch of a usual wheel, 100 CSS px, zooms by a fifth. A trackpad's pinch reports smaller numbers for the same effect. */
const WHEEL_POWER = 0.0018;
const PINCH_POWER = 0.01;
/** One event zooms by at most e to this power, whatever a driver reports. */
const MAX_POWER = 0.7;
const LINE_PX = 33;

export function useGestures(stage: RefObject<HTMLElement | null>, view: ViewState): void {
  useEffect(() => {
    const ending = new AbortController();
    if (stage.current) listen(stage.current, view, ending.signal);
    return () => ending.abort();
  }, [stage, view]);
}

function listen(stage: HTMLElement, viewState: ViewState, signal: AbortSignal): void {
  let state = NO_GESTURE;
  const apply = (input: GestureInput) => {
    // Without a picture nothing is held; a finger lifted meanwhile would not be noticed.
    if (!viewState.scene) state = NO_GESTURE;
    viewState.change((view, scene) => {
      const next = gesture({ state, view }, input, { scene, slop: SLOP * devicePixelRatio });
      state = next.state;
      return next.view;
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
    apply({ type: "press", ...pointOf(event, stage), id: event.pointerId });
  });
  on("pointermove", (event) => {
    apply({ type: "move", ...pointOf(event, stage), id: event.pointerId });
  });
  const leave = (type: "lift" | "cancel") => (event: PointerEvent) => {
    apply({ type, id: event.pointerId, timeMs: event.timeStamp });
    if (state.fingers.length === 0) delete stage.dataset.held;
  };
  on("pointerup", leave("lift"));
  on("pointercancel", leave("cancel"));
  on("lostpointercapture", leave("cancel"));
  on("wheel", (event) => {
    event.preventDefault();
    apply({ type: "wheel", ...pointOf(event, stage), factor: wheelFactor(event) });
  });

  // Only Safari reports pinches as events of their own. On a phone the events of the fingers come as well, and suffice.
  let before = 1;
  const onSafariPinch = (event: Event) => {
    event.preventDefault();
    if (!isPinch(event)) return;
    if (event.type === "gesturechange" && state.fingers.length === 0) {
      apply({ type: "wheel", ...pointOf(event, stage), factor: event.scale / before });
    }
    before = event.scale;
  };
  for (const type of ["gesturestart", "gesturechange", "gestureend"]) {
    stage.addEventListener(type, onSafariPinch, { signal, passive: false });
  }
}

/** A trackpad's pinch arrives as a wheel event with a Ctrl key that is not pressed. */
function wheelFactor({ deltaY, deltaMode, ctrlKey }: WheelEvent): number {
  const px = deltaMode === WheelEvent.DOM_DELTA_PIXEL ? deltaY : deltaY * LINE_PX;
  const power = -px * (ctrlKey ? PINCH_POWER : WHEEL_POWER);
  return Math.exp(Math.min(MAX_POWER, Math.max(-MAX_POWER, power)));
}

type Located = Pick<MouseEvent, "clientX" | "clientY" | "timeStamp">;

function isPinch(event: Event): event is Event & Located & { readonly scale: number } {
  return "scale" in event && "clientX" in event && typeof event.scale === "number";
}

function pointOf(event: Located, stage: HTMLElement) {
  const { left, top } = stage.getBoundingClientRect();
  const at: Point = {
    x: (event.clientX - left) * devicePixelRatio,
    y: (event.clientY - top) * devicePixelRatio,
  };
  return { at, timeMs: event.timeStamp };
}
