/** The charts of the statistics: where the time goes, and some figures over the last minute. */

import { PARTS, type TypicalLatency } from "../player/meter/latency.ts";
import { HISTORY_S, type Moment } from "../player/meter/statistics.ts";
import { bytes, digits, milliseconds, UNKNOWN } from "./core/figures.ts";
import { PART_NAMES } from "./core/rows.ts";
import { sparklineOf } from "./core/sparkline.ts";
import styles from "./statistics-panel.module.css";

/** A bar of the known parts of the latency, and a list of all parts. */
export function LatencyBar({ latency }: { readonly latency: TypicalLatency }) {
  let at = 0;
  const parts = PARTS.map((part) => {
    const start = at;
    at += latency[part] ?? 0;
    return { part, start, ms: latency[part] };
  });
  const scale = 100 / Math.max(at, 1);
  return (
    <figure className={styles.latency}>
      {/* Screen readers get the list instead. */}
      <svg className={styles.bar} viewBox="0 0 100 1" preserveAspectRatio="none" aria-hidden="true">
        {parts.map(({ part, start, ms = 0 }) => (
          <rect key={part} data-part={part} x={start * scale} width={ms * scale} height="1" />
        ))}
      </svg>
      <ul aria-label="Where the time goes">
        {parts.map(({ part, ms }) => (
          <li key={part} data-part={part}>
            {PART_NAMES[part]} <span>{milliseconds(ms)}</span>
          </li>
        ))}
      </ul>
    </figure>
  );
}

/** `floor`: the least value that the top of the chart stands for. */
const SPARKLINES = [
  { name: "Latency", key: "latencyMs", floor: 50, format: milliseconds },
  {
    name: "Frame rate",
    key: "paintedFps",
    floor: 10,
    format: (fps: number) => `${digits(fps)} fps`,
  },
  {
    name: "Received",
    key: "bytesPerSecond",
    floor: 10_000,
    format: (count: number) => `${bytes(count)}/s`,
  },
] as const;

const WIDTH = 240;
const HEIGHT = 36;

export function Charts({ history }: { readonly history: readonly Moment[] }) {
  return (
    <div className={styles.charts}>
      {SPARKLINES.map(({ name, key, floor, format }) => {
        const values = history.map((moment) => moment[key]);
        const known = values.filter((value) => value !== undefined);
        const newest = values.at(-1);
        const now = newest === undefined ? UNKNOWN : format(newest);
        const most = known.length === 0 ? UNKNOWN : format(Math.max(...known));
        const chart = { length: HISTORY_S, width: WIDTH, height: HEIGHT, floor };
        return (
          <figure key={name} className={styles.chart}>
            <figcaption>
              {name} <span>{now}</span>
            </figcaption>
            <svg
              viewBox={`0 -1 ${WIDTH} ${HEIGHT + 2}`}
              preserveAspectRatio="none"
              role="img"
              aria-label={`${name} over the last minute: ${now} now, ${most} at most`}
            >
              <path d={sparklineOf(values, chart)} />
            </svg>
            <p aria-hidden="true">max {most}</p>
          </figure>
        );
      })}
    </div>
  );
}
