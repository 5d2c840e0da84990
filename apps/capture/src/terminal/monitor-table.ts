/** The list of monitors as `--list` prints it. */
import type { MonitorInfo } from "../source/monitor.ts";

const HEADER = ["INDEX", "ID", "NAME", "SIZE", "POSITION", "PRIMARY"];

/** Lines of aligned columns. */
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
