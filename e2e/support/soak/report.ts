/** The verdict on a soak, from the one run of the relay that was not cut short. */
import { median, percentile, slope, thirds } from "../statistics.ts";
import type { Sample, SoakResult } from "./soak.ts";

export function judge({ samples, ages }: SoakResult) {
  const era = samples.at(-1)?.era;
  const life = samples.filter((sample) => sample.era === era);
  const [, early, late] = thirds(life);
  const warm = [...early, ...late];
  const rss = (list: readonly Sample[]) => median(list.map(({ rssMb }) => rssMb));
  const [first, , last] = thirds(ages.map(({ ageMs }) => ageMs));
  return {
    /** Medians of resident memory in the second third and in the last. */
    rssMb: { early: rss(early), late: rss(late) },
    mbPerMinute: slope(warm.map(({ atMs, rssMb }) => ({ x: atMs / 60_000, y: rssMb }))),
    kbPerJoin: slope(warm.map(({ joins, rssMb }) => ({ x: joins, y: rssMb * 1024 }))),
    /** The ages of pictures when a viewer applies them. */
    ageMs: { first: quantiles(first), last: quantiles(last) },
    openFiles: life.map(({ openFiles }) => openFiles),
    /** The samples of the run that is judged. */
    life,
  };
}

function quantiles(values: readonly number[]) {
  return { p50: percentile(values, 0.5), p95: percentile(values, 0.95), count: values.length };
}

export function describeSoak(result: SoakResult): string {
  const { rssMb, mbPerMinute, kbPerJoin, ageMs, openFiles, life } = judge(result);
  const age = ({ p50, p95, count }: ReturnType<typeof quantiles>) =>
    `p50 ${p50.toFixed(1)} ms, p95 ${p95.toFixed(1)} ms (${count} updates)`;
  const counts = [...result.counts].sort(([a], [b]) => a.localeCompare(b));
  return [
    `quiet moments ${result.samples.length}, of the judged life ${life.length}; restarts ${result.restarts}; visits ${result.samples.at(-1)?.joins}`,
    `relay RSS, MB, at quiet moments: ${life.map((sample) => sample.rssMb.toFixed(1)).join(" ")}`,
    `  median of the middle third ${rssMb.early.toFixed(1)}, of the last ${rssMb.late.toFixed(1)}`,
    `  slope after the first third ${mbPerMinute.toFixed(2)} MB/min, ${kbPerJoin.toFixed(2)} KB a visit`,
    `open files at quiet moments: ${Math.min(...openFiles)} … ${Math.max(...openFiles)}; ${result.emptied.openFiles} once ${result.emptied.left} more had left`,
    `age of updates, first third: ${age(ageMs.first)}`,
    `                 last third: ${age(ageMs.last)}`,
    ...counts.map(([what, count]) => `  ${String(count).padStart(6)} × ${what}`),
    ...result.problems.map((problem) => `PROBLEM at ${problem}`),
  ].join("\n");
}
