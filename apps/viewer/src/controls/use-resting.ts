/** Whether the pointer rests, so that what covers the picture can go. */
import { type RefObject, useEffect, useRef, useState } from "react";

const REST_MS = 3000;

/**
 * @param controls what stays while the mouse is on it, or the keyboard in it
 * @param held whether it has to stay for another reason
 */
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
      // Browsers tell of a pointer that rests, too, when something moves below it.
      if (movementX !== 0 || movementY !== 0) wake();
    };
    // A press that only brings the controls back must press none of them, though one is there by the time that it ends.
    let woke = false;
    const pressed = () => {
      woke = hidden.current;
      wake();
    };
    const clicked = (event: MouseEvent) => {
      // A key's click has no detail (UI Events, §3.2.3). Not every browser says which pointer's a click is.
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
  // A finger leaves its hover behind where it was.
  const hovers = matchMedia("(hover: hover)").matches && controls.matches(":hover");
  return hovers || controls.querySelector(":focus-visible") !== null;
}
