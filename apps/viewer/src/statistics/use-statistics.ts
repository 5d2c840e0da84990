/** A player's figures as React sees them: made for as long as a component uses this. */
import { useSyncExternalStore } from "react";
import type { Statistics } from "../player/meter/statistics.ts";

/** Of a player, what this needs. */
export interface StatisticsSource {
  readonly subscribeStatistics: (listener: () => void) => () => void;
  readonly getStatistics: () => Statistics | undefined;
}

const subscribeToNothing = () => () => {};
const none = () => undefined;

/** The newest figures; undefined before the first second has passed, or while there is no player. */
export function useStatistics(player: StatisticsSource | undefined): Statistics | undefined {
  return useSyncExternalStore(
    player?.subscribeStatistics ?? subscribeToNothing,
    player?.getStatistics ?? none,
    none,
  );
}
