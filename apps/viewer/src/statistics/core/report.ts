/** The statistics as text, for a bug report. It names neither room nor relay, and holds no token. */

import type { Moment, Statistics } from "../../player/meter/statistics.ts";
import { PARTS } from "../../player/meter/typical-latency.ts";
import { milliseconds } from "./figures.ts";
import { PART_NAMES, sectionsOf } from "./rows.ts";

/** What the page knows of itself. */
export interface PageFacts {
  readonly version: string;
  readonly userAgent: string;
  /** CSS px, and device px a CSS px. */
  readonly window: { readonly width: number; readonly height: number };
  readonly devicePixelRatio: number;
  /** ISO 8601 */
  readonly at: string;
}

/** @param sentence what keeps the picture from being faster */
export function reportOf(statistics: Statistics, sentence: string, page: PageFacts): string {
  const { latency, history } = statistics;
  const parts = PARTS.map((part) => `${PART_NAMES[part]} ${milliseconds(latency[part])}`);
  const sections = sectionsOf(statistics).map(
    ({ title, rows }) =>
      `${title}: ${rows.map(({ name, value }) => `${name} ${value}`).join("; ")}`,
  );
  const { width, height } = page.window;
  return [
    `Screen Share ${page.version}, statistics of ${page.at}`,
    sentence,
    `Where the time goes: ${parts.join("; ")}`,
    ...sections,
    `Each second of the last ${history.length}, oldest first:`,
    `  latency, ms: ${series(history, ({ latencyMs }) => latencyMs)}`,
    `  fps: ${series(history, ({ paintedFps }) => paintedFps)}`,
    `  KB/s: ${series(history, ({ bytesPerSecond }) => bytesPerSecond && bytesPerSecond / 1000)}`,
    `Window: ${width}×${height} CSS px, ${page.devicePixelRatio} device px each`,
    `Browser: ${page.userAgent}`,
    "",
  ].join("\n");
}

function series(history: readonly Moment[], of: (moment: Moment) => number | undefined): string {
  return history
    .map((moment) => {
      const value = of(moment);
      return value === undefined ? "-" : Math.round(value);
    })
    .join(" ");
}
