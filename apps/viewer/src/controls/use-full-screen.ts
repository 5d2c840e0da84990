/** The page in full screen, and back. */
import { useSyncExternalStore } from "react";
import type { Toggle } from "./core/actions.ts";

/** Undefined where the browser cannot, as on iPhones, or where a frame may not. */
export function useFullScreen(): Toggle | undefined {
  const on = useSyncExternalStore(subscribe, isOn, () => false);
  if (typeof document === "undefined" || !document.fullscreenEnabled) return undefined;
  return { on, toggle };
}

function subscribe(listener: () => void): () => void {
  document.addEventListener("fullscreenchange", listener);
  return () => document.removeEventListener("fullscreenchange", listener);
}

function isOn(): boolean {
  return document.fullscreenElement !== null;
}

function toggle(): void {
  const change = isOn()
    ? document.exitFullscreen()
    : document.documentElement.requestFullscreen({ navigationUI: "hide" });
  // It is refused where no person asked: then everything stays as it is, and is shown so.
  change.catch(() => {});
}
