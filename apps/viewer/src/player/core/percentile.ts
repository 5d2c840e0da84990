/** What many figures come to. */

/** The value below which this share of the values lie; undefined of none. @param share 0 … 1 */
export function percentile(values: readonly number[], share: number): number | undefined {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))];
}
