/** Whether the statistics are open: by `stats=1` in the link, or by hand; Esc closes them. */
import { useCallback, useEffect, useState } from "react";

export interface StatisticsPanelState {
  /** `by link`: nobody asked just now, so the focus is left where it is. */
  readonly opened: "by link" | "by hand" | undefined;
  readonly on: boolean;
  readonly toggle: () => void;
  readonly close: () => void;
}

/** @param linked whether the page's link asks for them */
export function useStatisticsPanel(linked: boolean): StatisticsPanelState {
  const [opened, setOpened] = useState<StatisticsPanelState["opened"]>();
  const close = useCallback(() => setOpened(undefined), []);
  const toggle = useCallback(() => setOpened((now) => (now ? undefined : "by hand")), []);
  useEffect(() => {
    if (linked) setOpened((now) => now ?? "by link");
  }, [linked]);
  useEffect(() => {
    const onKey = ({ key, defaultPrevented, isComposing }: KeyboardEvent) => {
      // A sheet above is closed by the same key, after this.
      if (defaultPrevented || isComposing || document.querySelector("dialog:modal")) return;
      if (key === "Escape") close();
    };
    window.addEventListener("keydown", onKey);
    return () => window.removeEventListener("keydown", onKey);
  }, [close]);
  return { opened, on: opened !== undefined, toggle, close };
}
