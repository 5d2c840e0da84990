/** The statistics as text, for bug reports. It contains neither room, relay nor token. */
import type { Size } from "@screen-share/protocol";
import { PARTS } from "../../player/meter/latency.ts";
import type { Moment, Statistics } from "../../player/meter/statistics.ts";
import { milliseconds } from "./figures.ts";
import { PART_NAMES, sectionsOf } from "./rows.ts";

interface PageFacts {
  readonly version: string;
  readonly userAgent: string;
  /** In CSS px. */
  readonly window: Size;
  readonly devicePixelRatio: number;
  /** ISO 8601 */
  readonly at: string;
}

/** @param sentence the bottleneck */
export function reportOf(statistics: Statistics, sentence: string, page: PageFacts): string {
  const { latency, history } = statistics;
  const parts = PARTS.map((part) => `${PART_NAMES[part]} ${milliseconds(latency[part])}`);
  const sections = sectionsOf(statistics).map(
    ([title, rows]) => `${title}: ${rows.map((row) => row.join(" ")).join("; ")}`,
  );
  const { width, height } = page.window;
  return [
    `Screen Share ${page.version}, statistics of ${page.at}`,
    sentence,
    `Where the time goes: ${parts.join("; ")}`,
    ...sections,
    `Last ${history.length} seconds, oldest first:`,
    `  latency, ms: ${series(history, "latencyMs")}`,
    `  fps: ${series(history, "paintedFps")}`,
    `  KB/s: ${series(history, "bytesPerSecond", 1000)}`,
    `Window: ${width}×${height} CSS px, device pixel ratio ${page.devicePixelRatio}`,
    `Browser: ${page.userAgent}`,
    "",
  ].join("\n");
}

function series(history: readonly Moment[], key: keyof Moment, unit = 1): string {
  const values = history.map((moment) => moment[key]);
  return values.map((value) => (value === undefined ? "-" : Math.round(value / unit))).join(" ");
}
