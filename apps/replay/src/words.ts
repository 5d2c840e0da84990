/** What a recording is, in words for people. */
import type { RecordingEnd } from "@screen-share/publish";
import { MAX_SIZES, type RecordingSummary } from "./summary.ts";

const WHEN = { dateStyle: "medium", timeStyle: "long" } as const;

/** Why a recording ends where it does; undefined if it is whole. */
export function endInWords(end: RecordingEnd): string | undefined {
  switch (end.kind) {
    case "whole":
      return undefined;
    case "cut-off":
      return `it breaks off at byte ${end.offset}, where the agent was killed or the disk was full`;
    case "damaged":
      return `it is damaged from byte ${end.offset} on (${end.reason})`;
    case "foreign":
      return `it ${end.reason}`;
    default:
      end satisfies never;
  }
}

/** Lines for a terminal. */
export function summaryInWords(summary: RecordingSummary): string {
  const { startedAt, lengthMs, longestGap, sizes, epochs, connections, end } = summary;
  const { updates, keyframes, cuts, unchanged, bytes, largestBytes } = summary;
  const minutes = lengthMs / 60_000;
  const perMinute = minutes > 0 ? `, ${megabytes(bytes / minutes)} a minute` : "";
  const shown = sizes.slice(0, MAX_SIZES).map((s) => `${s.width}×${s.height} (${s.codec})`);
  const rows = [
    ["begun", new Date(startedAt).toLocaleString(undefined, WHEN)],
    ["length", duration(lengthMs)],
    ["longest gap", `${duration(longestGap.ms)}, after ${duration(longestGap.afterMs)}`],
    ["pictures", [...shown, ...(sizes.length > MAX_SIZES ? ["…"] : [])].join(", ") || "none"],
    ["beginnings", `${times(epochs)}, over ${plural(connections, "connection")}`],
    [
      "updates",
      `${updates}: ${keyframes} of the whole picture at once, ${cuts} of a part (cut), ${unchanged} without any change`,
    ],
    ["data", `${megabytes(bytes)}${perMinute}; the largest update ${megabytes(largestBytes)}`],
    ["end", endInWords(end) ?? "whole"],
  ] as const;
  return rows.map(([name, text]) => `${name.padEnd(12)} ${text}\n`).join("");
}

function duration(ms: number): string {
  const seconds = ms / 1000;
  if (seconds < 60) return `${seconds.toFixed(1)} s`;
  const minutes = Math.floor(seconds / 60);
  const rest = `${minutes % 60} min ${Math.floor(seconds % 60)} s`;
  return minutes < 60 ? rest : `${Math.floor(minutes / 60)} h ${rest}`;
}

function megabytes(bytes: number): string {
  return bytes < 100_000 ? `${(bytes / 1000).toFixed(1)} KB` : `${(bytes / 1e6).toFixed(1)} MB`;
}

function times(count: number): string {
  return count === 1 ? "once" : `${count} times`;
}

function plural(count: number, word: string): string {
  return `${count} ${word}${count === 1 ? "" : "s"}`;
}
