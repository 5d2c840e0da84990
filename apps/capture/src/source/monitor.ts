/** Monitors: how one is chosen, how they are listed, and the messages if there is none. The same for every grabber. */
import { SourceFailure } from "@screen-share/publish";
import type { Rectangle } from "./core/dirty-grid.ts";

/** A monitor as `--list` shows it, and its place on the desktop. */
export interface MonitorInfo extends Rectangle {
  readonly id: number;
  readonly name: string;
  /** Other names by which it can be chosen, such as those of the outputs that show it. */
  readonly aliases: readonly string[];
  readonly primary: boolean;
}

/** The monitor that a setting names by id, else by index from 0, else by name. Without a setting, the primary one or the first. */
export function chooseMonitor<T extends MonitorInfo>(
  monitors: readonly T[],
  wanted: string | undefined,
): T | undefined {
  if (wanted === undefined) return monitors.find(({ primary }) => primary) ?? monitors[0];
  return (
    monitors.find(({ id }) => String(id) === wanted) ??
    monitors.find((_, index) => String(index) === wanted) ??
    monitors.find(({ name }) => name === wanted) ??
    monitors.find(({ aliases }) => aliases.includes(wanted))
  );
}

/** @param detail a clause that states what went wrong. @param advice sentences about what the user can do */
export function noDisplay(detail: string, advice?: string): SourceFailure {
  const [firstLine] = detail.split("\n");
  const hint = process.platform === "linux" ? "Is DISPLAY set, and is the desktop running?" : "";
  const reason = `There is no display to capture (${firstLine}). ${advice ?? hint}`;
  return new SourceFailure("no-display", reason.trimEnd());
}

/** @param detail a clause that explains why this Wayland desktop cannot be captured; only its first line is shown */
export function waylandFailure(detail: string): SourceFailure {
  const [firstLine] = detail.split("\n");
  const reason = `This is a Wayland desktop, and its screen cannot be captured (${firstLine}). ${USE_XORG}`;
  return new SourceFailure("wayland", reason);
}

const USE_XORG =
  'Log out, choose a session with "Xorg" or "X11" in its name at the login screen, and start again there.';

/** @param all the existing monitors, none of which is the requested one */
export function noMonitor(wanted: string | undefined, all: readonly MonitorInfo[]): SourceFailure {
  if (wanted === undefined || all.length === 0) return noDisplay("no monitor is connected");
  const names = all.map(({ name, id }, index) => `${index} (${name}, id ${id})`).join(", ");
  return new SourceFailure("no-monitor", `There is no monitor "${wanted}". There are: ${names}.`);
}

const HEADER = ["INDEX", "ID", "NAME", "SIZE", "POSITION", "PRIMARY"];

/** The list of monitors as `--list` prints it. */
export function monitorTable(monitors: readonly MonitorInfo[]): string {
  const rows = monitors.map(({ id, name, width, height, x, y, primary }, index) => {
    const size = `${width}×${height}`;
    return [String(index), String(id), name, size, `${x},${y}`, primary ? "yes" : ""];
  });
  const table = [HEADER, ...rows];
  const widths = HEADER.map((_, i) => Math.max(...table.map((row) => row[i]?.length ?? 0)));
  return table
    .map((row) => row.map((cell, i) => cell.padEnd(widths[i] ?? 0)).join("  "))
    .map((line) => `${line.trimEnd()}\n`)
    .join("");
}
