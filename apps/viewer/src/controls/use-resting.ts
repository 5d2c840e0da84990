/** Whether the pointer is at rest, so that the controls can leave the picture uncovered. */
import { type RefObject, useEffect, useRef, useState } from "react";

const REST_MS = 3000;

/** @param controls they stay while the mouse or the keyboard's focus is on them, and while `held` */
export function useResting(controls: RefObject<HTMLElement | null>, held: boolean): boolean {
  const [resting, setResting] = useState(false);
  const hidden = useRef(false);
  useEffect(() => {
    hidden.current = resting && !held;
  });
  useEffect(() => {
    const ending = new AbortController();
    const { signal } = ending;
    let timer: ReturnType<typeof setTimeout>;
    const wake = () => {
      setResting(false);
      clearTimeout(timer);
      timer = setTimeout(rest, REST_MS);
    };
    const rest = () => {
      if (held || isUsed(controls.current)) wake();
      else setResting(true);
    };
    const moved = ({ movementX, movementY }: PointerEvent) => {
      // Browsers also report a pointer at rest when something moves below it.
      if (movementX !== 0 || movementY !== 0) wake();
    };
    // A press that brings the controls back must not press one of them, although one may be there when it ends.
    let woke = false;
    const pressed = () => {
      woke = hidden.current;
      wake();
    };
    const clicked = (event: MouseEvent) => {
      // A click by a key has no detail (UI Events, §3.2.3). Not every browser reports which pointer clicked.
      const byWaking = woke && event.detail > 0;
      const within = event.target instanceof Node && controls.current?.contains(event.target);
      if (!byWaking || !within) return;
      event.preventDefault();
      event.stopPropagation();
    };
    document.addEventListener("pointermove", moved, { signal });
    document.addEventListener("pointerdown", pressed, { signal, capture: true });
    document.addEventListener("click", clicked, { signal, capture: true });
    document.addEventListener("focusin", wake, { signal });
    wake();
    return () => {
      ending.abort();
      clearTimeout(timer);
    };
  }, [controls, held]);
  return resting && !held;
}

function isUsed(controls: HTMLElement | null): boolean {
  if (!controls) return false;
  // After a touch, the hover state stays where the finger was.
  const hovers = matchMedia("(hover: hover)").matches && controls.matches(":hover");
  return hovers || controls.querySelector(":focus-visible") !== null;
}
