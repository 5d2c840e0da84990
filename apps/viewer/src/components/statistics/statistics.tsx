/** The statistics, once somebody wants to see them: until then neither loaded nor made. */
import { Suspense } from "react";
import type { StatisticsSource } from "../../hooks/use-statistics.ts";
import type { StatisticsPanelState } from "../../hooks/use-statistics-panel.ts";
import { loadLater } from "../load-later.ts";

const StatisticsPanel = loadLater(
  async () => (await import("./statistics-panel.tsx")).StatisticsPanel,
);

/** @param props.version of the page, for reports */
export function Statistics(props: {
  readonly player: StatisticsSource | undefined;
  readonly panel: StatisticsPanelState;
  readonly version: string;
}) {
  const { player, version } = props;
  const { opened, close } = props.panel;
  if (!opened) return null;
  return (
    <Suspense>
      <StatisticsPanel {...{ player, version, close }} takesFocus={opened === "by hand"} />
    </Suspense>
  );
}
