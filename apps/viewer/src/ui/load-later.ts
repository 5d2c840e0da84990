/** Components that are loaded when they are first shown, or a little before. */
import { type ComponentType, createElement, useEffect, useState } from "react";
import { loadPart } from "./load-part.ts";

/** A part that could not be loaded, for example because the server is down, is requested again after this time. */
const RETRY_MS = 4000;
/** Parts are preloaded this long after the picture has come: later the server may be down. */
const PRELOAD_AFTER_MS = 5000;

/** Unlike React's `lazy`, this does not keep a failure for good: the page may be open for days, and its server down for a moment. */
export function loadLater<Props extends object>(load: () => Promise<ComponentType<Props>>) {
  let kept: ComponentType<Props> | undefined;
  const keep = async () => {
    kept ??= await loadPart(load);
    return kept;
  };
  return {
    /** Loads it now, to be shown later. Never throws: after a failure it is loaded again when it is shown. */
    preload: () => void keep().catch(() => {}),
    /** Renders nothing until it is loaded, which is retried. @param props.onMissing called after each failure */
    Part(props: Props & { readonly onMissing?: () => void }) {
      const { onMissing } = props;
      const [loaded, setLoaded] = useState(() => kept);
      // biome-ignore lint/correctness/useExhaustiveDependencies: `keep` is always the same.
      useEffect(() => {
        if (loaded) return;
        let timer: ReturnType<typeof setTimeout>;
        let gone = false;
        const request = async () => {
          try {
            const part = await keep();
            if (!gone) setLoaded(() => part);
          } catch (error) {
            console.error(error);
            if (gone) return;
            onMissing?.();
            timer = setTimeout(() => void request(), RETRY_MS);
          }
        };
        void request();
        return () => {
          gone = true;
          clearTimeout(timer);
        };
      }, [loaded, onMissing]);
      return loaded ? createElement(loaded, props) : null;
    },
  };
}

/** Calls `load` some time after the picture has come. @param load the same function in every render; it never throws */
export function usePreload(load: () => void, hasPicture: boolean): void {
  useEffect(() => {
    if (!hasPicture) return;
    const timer = setTimeout(load, PRELOAD_AFTER_MS);
    return () => clearTimeout(timer);
  }, [load, hasPicture]);
}
