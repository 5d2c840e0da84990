/** The statistics, once somebody wants to see them: until then not made. */
import { useCallback } from "react";
import { loadLater, usePreload } from "../ui/load-later.ts";
import type { StatisticsSource } from "./use-statistics.ts";
import type { StatisticsPanelState } from "./use-statistics-panel.ts";

const Panel = loadLater(async () => (await import("./statistics-panel.tsx")).StatisticsPanel);

/**
 * @param props.version of the page, for reports
 * @param props.tell says that they could not be loaded
 */
export function Statistics(props: {
  readonly player: StatisticsSource | undefined;
  readonly hasPicture: boolean;
  readonly panel: StatisticsPanelState;
  readonly version: string;
  readonly tell: (words: string) => void;
}) {
  const { player, hasPicture, version, tell } = props;
  const { opened, close } = props.panel;
  usePreload(Panel.preload, hasPicture);
  const onMissing = useCallback(() => {
    tell("The statistics could not be loaded.");
    close();
  }, [tell, close]);
  if (!opened) return null;
  return (
    <Panel.Part {...{ player, version, close, onMissing }} takesFocus={opened === "by hand"} />
  );
}
