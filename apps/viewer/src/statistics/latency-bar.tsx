/** Where the time goes from the host's screen to this one: a bar of as many parts as are known, and what each is. */

import { PARTS, type TypicalLatency } from "../player/meter/latency.ts";
import { milliseconds } from "./core/figures.ts";
import { PART_NAMES } from "./core/rows.ts";
import styles from "./statistics-panel.module.css";

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
      {/* The list says the same in words. */}
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
