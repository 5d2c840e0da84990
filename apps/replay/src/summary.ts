/** What is in a recording, without showing it. */
import type { StreamDescription } from "@screen-share/protocol";
import {
  type Recorded,
  RecordedPicture,
  type RecordingEnd,
  RecordingReader,
} from "@screen-share/publish";

/** More sizes are of no use to a reader. */
export const MAX_SIZES = 8;

export class RecordingSummary {
  /** ms since 1970; 0 if unknown */
  startedAt = 0;
  longestGap = { ms: 0, afterMs: 0 };
  /** The sizes of its pictures in order, without successive repeats: up to `MAX_SIZES`, and one more if there are others. */
  readonly sizes: Pick<StreamDescription, "width" | "height" | "codec">[] = [];
  /** How often the whole picture was sent again. */
  epochs = 0;
  /** Over how many connections it was sent. */
  connections = 0;
  updates = 0;
  /** How many of them contain every tile. */
  keyframes = 0;
  /** How many of them contain a part of what changed. */
  cuts = 0;
  /** How many of them only report that nothing changed. */
  unchanged = 0;
  /** The bytes of all updates. */
  bytes = 0;
  largestBytes = 0;
  /** Whether any picture was whole. */
  shown = false;
  end: RecordingEnd = { kind: "whole" };
  #firstMs: number | undefined;
  #lastMs = 0;
  #lastEpoch = Number.POSITIVE_INFINITY;

  /** From the first record to the last. */
  get lengthMs(): number {
    return this.#lastMs - (this.#firstMs ?? 0);
  }

  add(record: Recorded): void {
    this.#firstMs ??= record.atMs;
    const gap = { ms: record.atMs - this.#lastMs, afterMs: this.#lastMs - this.#firstMs };
    if (gap.afterMs >= 0 && gap.ms > this.longestGap.ms) this.longestGap = gap;
    this.#lastMs = record.atMs;
    if (record.kind === "stream") {
      this.epochs++;
      if (record.epoch <= this.#lastEpoch) this.connections++;
      this.#lastEpoch = record.epoch;
      this.#describe(record.stream);
      return;
    }
    const { keyframe, cut, tiles } = record.update;
    this.updates++;
    if (keyframe) this.keyframes++;
    if (cut) this.cuts++;
    if (tiles.length === 0) this.unchanged++;
    this.bytes += record.length;
    this.largestBytes = Math.max(this.largestBytes, record.length);
  }

  #describe({ width, height, codec }: StreamDescription): void {
    if (this.sizes.length > MAX_SIZES) return;
    const last = this.sizes.at(-1);
    if (last?.width === width && last.height === height && last.codec === codec) return;
    this.sizes.push({ width, height, codec });
  }
}

/** Reads a recording to its end, or to where it is damaged. */
export async function summarise(chunks: AsyncIterable<Uint8Array>): Promise<RecordingSummary> {
  const reader = new RecordingReader(chunks);
  const picture = new RecordedPicture();
  const summary = new RecordingSummary();
  let end: RecordingEnd | undefined;
  for await (const record of reader.records()) {
    end = picture.take(record);
    if (end) break;
    summary.add(record);
  }
  summary.startedAt = reader.startedAt;
  summary.shown = picture.shown !== undefined;
  summary.end = end ?? reader.end;
  return summary;
}

const WHEN = { dateStyle: "medium", timeStyle: "long" } as const;

/** Why a recording ends where it does. Undefined if it is whole. */
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

/** The summary as lines for a terminal. */
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
