/** Summaries of many figures. */

/** The value below which this share of the values lie. */
export function percentile(values: readonly number[], share: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))] ?? Number.NaN;
}

export const median = (values: readonly number[]): number => percentile(values, 0.5);

/** How much y grows with x: the slope of the least squares line. */
export function slope(points: readonly { readonly x: number; readonly y: number }[]): number {
  const mean = (of: (point: { x: number; y: number }) => number) =>
    points.reduce((sum, point) => sum + of(point), 0) / points.length;
  const [meanX, meanY] = [mean(({ x }) => x), mean(({ y }) => y)];
  const together = points.reduce((sum, { x, y }) => sum + (x - meanX) * (y - meanY), 0);
  return together / points.reduce((sum, { x }) => sum + (x - meanX) ** 2, 0);
}

/** Of a list in order: the first, the middle and the last third. */
export function thirds<T>(list: readonly T[]): readonly [T[], T[], T[]] {
  const [a, b] = [Math.floor(list.length / 3), Math.floor((2 * list.length) / 3)];
  return [list.slice(0, a), list.slice(a, b), list.slice(b)];
}

export function histogram(values: readonly number[], width: number): number[] {
  const counts: number[] = [];
  for (const value of values) {
    const step = Math.max(0, Math.floor(value / width));
    while (counts.length <= step) counts.push(0);
    counts[step] = (counts[step] ?? 0) + 1;
  }
  return counts;
}
