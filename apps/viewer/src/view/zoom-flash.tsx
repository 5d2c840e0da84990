/** Tells the scale while it changes, and for a moment after. */
import { useEffect, useState } from "react";
import type { ViewState } from "./core/view-state.ts";

const SHOWN_MS = 1200;

/** What the scale is by itself, of a new picture or another window, is not told: only what somebody did. */
export function ZoomFlash({ view }: { readonly view: ViewState }) {
  const [percent, setPercent] = useState<number>();
  useEffect(() => {
    let before = { scene: view.scene, percent: view.getPercent() };
    let timer: ReturnType<typeof setTimeout>;
    const changed = () => {
      const now = { scene: view.scene, percent: view.getPercent() };
      const zoomed = now.scene === before.scene && now.percent !== before.percent;
      before = now;
      if (!zoomed) return;
      setPercent(now.percent);
      clearTimeout(timer);
      timer = setTimeout(() => setPercent(undefined), SHOWN_MS);
    };
    const leave = view.subscribe(changed);
    return () => {
      leave();
      clearTimeout(timer);
    };
  }, [view]);
  return (
    <p aria-hidden="true" data-testid="zoom" className="zoom-flash">
      {percent !== undefined && `${percent} %`}
    </p>
  );
}
