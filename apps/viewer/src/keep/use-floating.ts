/** The picture in a floating window: opened, closed, and which it is. */
import { useEffect, useRef, useState } from "react";
import type { Toggle } from "../controls/core/actions.ts";
import { loadPart, MissingPart } from "../ui/load-part.ts";
import type { PictureHandle } from "./mirror.ts";

export const loadFloating = () => loadPart(() => import("./picture-in-picture.ts"));

/** Undefined where the browser has none. */
export function useFloating(
  handle: PictureHandle,
  tell: (words: string) => void,
): Toggle | undefined {
  const close = useRef<() => void>(undefined);
  const [on, setOn] = useState(false);
  useEffect(() => (on ? handle.keepPlaying() : undefined), [on, handle]);
  const played = useRef<AbortSignal>(undefined);
  useEffect(() => {
    // Aborted when the player is another, or none.
    const ending = new AbortController();
    played.current = ending.signal;
    return () => {
      ending.abort();
      close.current?.();
    };
  }, []);
  const opening = useRef(false);
  const open = async () => {
    if (opening.current) return;
    opening.current = true;
    const ended = played.current;
    try {
      const { openFloating } = await loadFloating();
      close.current = await openFloating(handle, () => {
        close.current = undefined;
        setOn(false);
      });
      if (ended?.aborted) close.current();
      else setOn(true);
    } catch (error) {
      const missing = error instanceof MissingPart;
      tell(missing ? error.message : "The browser did not open a floating window.");
    } finally {
      opening.current = false;
    }
  };
  const toggle = () => {
    if (on) close.current?.();
    else void open();
  };
  return canFloat() ? { on, toggle } : undefined;
}

function canFloat(): boolean {
  return "documentPictureInPicture" in window || document.pictureInPictureEnabled === true;
}
