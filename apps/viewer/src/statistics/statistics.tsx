/** The statistics, which are loaded and measured only while they are open. */
import { useCallback, useEffect, useState } from "react";
import type { Toggle } from "../ui/core/toggle.ts";
import { loadLater, usePreload } from "../ui/load-later.ts";
import type { StatisticsSource } from "./statistics-panel.tsx";

const Panel = loadLater(async () => (await import("./statistics-panel.tsx")).StatisticsPanel);

interface StatisticsPanelState extends Toggle {
  /** If it was opened by the link, the focus stays where it is. */
  readonly opened: "by link" | "by hand" | undefined;
  readonly close: () => void;
}

/** Opens the statistics by `stats=1` in the link, or by hand. Esc closes them. @param linked whether the link asks for them */
export function useStatisticsPanel(linked: boolean): StatisticsPanelState {
  const [opened, setOpened] = useState<StatisticsPanelState["opened"]>();
  const close = useCallback(() => setOpened(undefined), []);
  const toggle = useCallback(() => setOpened((now) => (now ? undefined : "by hand")), []);
  useEffect(() => {
    if (linked) setOpened((now) => now ?? "by link");
  }, [linked]);
  useEffect(() => {
    const onKey = ({ key, defaultPrevented, isComposing }: KeyboardEvent) => {
      if (key !== "Escape" || defaultPrevented || isComposing) return;
      // The same key closes a sheet above, after this.
      if (!document.querySelector("dialog:modal")) close();
    };
    window.addEventListener("keydown", onKey);
    return () => window.removeEventListener("keydown", onKey);
  }, [close]);
  return { opened, on: opened !== undefined, toggle, close };
}

/** @param props.version of the page, for reports */
export function Statistics(props: {
  readonly player: StatisticsSource | undefined;
  readonly hasPicture: boolean;
  readonly panel: StatisticsPanelState;
  readonly version: string;
  readonly notify: (words: string) => void;
}) {
  const { player, hasPicture, version, notify } = props;
  const { opened, close } = props.panel;
  usePreload(Panel.preload, hasPicture);
  const onMissing = useCallback(() => {
    notify("The statistics could not be loaded.");
    close();
  }, [notify, close]);
  if (!opened) return null;
  return (
    <Panel.Part {...{ player, version, close, onMissing }} takesFocus={opened === "by hand"} />
  );
}
