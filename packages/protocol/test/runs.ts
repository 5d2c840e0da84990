/** How often a random test runs: a small number of fixed cases by default, and many random ones with LONG=1. */

/** Any number will do, as long as it stays the same. */
const SEED = 2026;

/**
 * Parameters for fast-check. A failure prints its seed.
 * @param ci the number of runs in continuous integration, always with the same cases
 * @param long the number of runs with LONG=1, with new cases each time
 */
export function runs(
  ci: number,
  long: number,
): { readonly numRuns: number; readonly seed?: number } {
  // biome-ignore lint/style/noProcessEnv: not a setting of the product, but how a person chooses how long tests run.
  return process.env.LONG === "1" ? { numRuns: long } : { numRuns: ci, seed: SEED };
}
