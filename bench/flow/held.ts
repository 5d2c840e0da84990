/** What the relay's log says of viewers that have left. */
import type { Program } from "../../e2e/support/programs.ts";

export interface ClosedViewer {
  readonly updates: number;
  readonly cuts: number;
  readonly bytes: number;
  readonly skippedVersions: number;
  readonly mostHeldBytes: number;
}

/** Of each v1 viewer's connection that has ended, in order. */
export function closedViewers(relay: Program): ClosedViewer[] {
  return relay.output
    .split("\n")
    .filter((line) => line.includes('"connection closed"') && line.includes('"kind":"viewer"'))
    .map((line) => JSON.parse(line));
}
