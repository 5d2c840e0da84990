/** Monitors: how they are told apart and chosen, and what is said when there is none. The same for every grabber. */
import { SourceFailure } from "./source.ts";

/** A monitor as `--list` shows it. */
export interface MonitorInfo {
  readonly id: number;
  readonly name: string;
  readonly width: number;
  readonly height: number;
  /** Its place on the desktop, px. */
  readonly x: number;
  readonly y: number;
  readonly primary: boolean;
}

/**
 * The monitor that a setting means: an id, else an index from 0, else a name; without a setting the primary one,
 * or else the first.
 */
export function chooseMonitor<T extends MonitorInfo>(
  monitors: readonly T[],
  wanted: string | undefined,
): T | undefined {
  if (wanted === undefined) return monitors.find(({ primary }) => primary) ?? monitors[0];
  return (
    monitors.find(({ id }) => String(id) === wanted) ??
    monitors.find((_, index) => String(index) === wanted) ??
    monitors.find(({ name }) => name === wanted)
  );
}

/** @param detail what went wrong; only its first line is told */
export function noDisplay(detail: string): SourceFailure {
  const [firstLine] = detail.split("\n");
  const hint = process.platform === "linux" ? " Is DISPLAY set, and is the desktop running?" : "";
  return new SourceFailure("no-display", `There is no display to capture (${firstLine}).${hint}`);
}

/** @param all those there are, of which none is the one that was wanted */
export function noMonitor(wanted: string | undefined, all: readonly MonitorInfo[]): SourceFailure {
  if (wanted === undefined || all.length === 0) return noDisplay("no monitor is connected");
  const names = all.map(({ name, id }, index) => `${index} (${name}, id ${id})`).join(", ");
  return new SourceFailure("no-monitor", `There is no monitor "${wanted}". There are: ${names}.`);
}
