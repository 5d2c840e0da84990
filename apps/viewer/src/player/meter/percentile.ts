/** What many figures come to. */

/** The smallest value that so large a share of them does not exceed (nearest rank); undefined of none. @param share above 0, up to 1 */
export function percentile(values: readonly number[], share: number): number | undefined {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.ceil(share * sorted.length) - 1];
}
