/** What the relay logs about viewers that have left. */
import type { Program } from "../../e2e/support/programs.ts";

export interface ClosedViewer {
  readonly updates: number;
  readonly cuts: number;
  readonly bytes: number;
  readonly skippedVersions: number;
  readonly mostHeldBytes: number;
}

/** For each v1 viewer that has disconnected, in order. */
export function closedViewers(relay: Program): ClosedViewer[] {
  return relay.output
    .split("\n")
    .filter((line) => line.includes('"connection closed"') && line.includes('"kind":"viewer"'))
    .map((line) => JSON.parse(line));
}
