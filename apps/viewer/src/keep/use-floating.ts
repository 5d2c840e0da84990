/** The floating window, opened and closed by a toggle. */
import { useEffect, useRef, useState } from "react";
import type { Toggle } from "../ui/core/toggle.ts";
import { loadPart, MissingPart } from "../ui/load-part.ts";
import type { PictureHandle } from "./mirror.ts";

export const loadFloating = () => loadPart(() => import("./picture-in-picture.ts"));

/** Undefined where the browser has no floating windows. */
export function useFloating(
  handle: PictureHandle,
  notify: (message: string) => void,
): Toggle | undefined {
  const close = useRef<() => void>(undefined);
  const [on, setOn] = useState(false);
  useEffect(() => (on ? handle.keepPlaying() : undefined), [on, handle]);
  const mounted = useRef<AbortSignal>(undefined);
  useEffect(() => {
    // Aborted when another player, or none, takes the place of this one.
    const ending = new AbortController();
    mounted.current = ending.signal;
    return () => {
      ending.abort();
      close.current?.();
    };
  }, []);
  const opening = useRef(false);
  const open = async () => {
    if (opening.current) return;
    opening.current = true;
    const signal = mounted.current;
    try {
      const { openFloating } = await loadFloating();
      close.current = await openFloating(handle, () => {
        close.current = undefined;
        setOn(false);
      });
      if (signal?.aborted) close.current();
      else setOn(true);
    } catch (error) {
      const missing = error instanceof MissingPart;
      notify(missing ? error.message : "The browser did not open a floating window.");
    } finally {
      opening.current = false;
    }
  };
  const toggle = () => {
    if (on) close.current?.();
    else void open();
  };
  const canFloat = "documentPictureInPicture" in window || document.pictureInPictureEnabled;
  return canFloat ? { on, toggle } : undefined;
}
