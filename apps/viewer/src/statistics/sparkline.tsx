/** A figure over the last minute: its name, what it is now, and a line. */

import { HISTORY_S } from "../player/meter/statistics.ts";
import { sparklineOf } from "./core/sparkline.ts";
import styles from "./statistics-panel.module.css";

const WIDTH = 240;
const HEIGHT = 36;

/** @param props.floor the least that the top of the chart stands for */
export function Sparkline(props: {
  readonly name: string;
  readonly values: readonly (number | undefined)[];
  readonly floor: number;
  readonly format: (value: number) => string;
}) {
  const { name, values, floor, format } = props;
  const chart = { length: HISTORY_S, width: WIDTH, height: HEIGHT, floor };
  const { path } = sparklineOf(values, chart);
  const known = values.filter((value) => value !== undefined);
  const newest = values.at(-1);
  const now = newest === undefined ? "–" : format(newest);
  const most = known.length === 0 ? "–" : format(Math.max(...known));
  return (
    <figure className={styles.chart}>
      <figcaption>
        {name} <span>{now}</span>
      </figcaption>
      <svg
        viewBox={`0 -1 ${WIDTH} ${HEIGHT + 2}`}
        preserveAspectRatio="none"
        role="img"
        aria-label={`${name} over the last minute: ${now} now, ${most} at most`}
      >
        <path d={path} />
      </svg>
      <p aria-hidden="true">max {most}</p>
    </figure>
  );
}
