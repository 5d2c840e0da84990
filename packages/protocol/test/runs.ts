/** How often a random test runs: a small number of fixed cases by default, and many random ones with LONG=1. */

const SEED = 2026;

/** Parameters for fast-check. @param ci the number of runs with fixed cases @param long the number of runs with LONG=1, with new cases */
export function runs(
  ci: number,
  long: number,
): { readonly numRuns: number; readonly seed?: number } {
  // biome-ignore lint/style/noProcessEnv: not a setting of the product, but how a person chooses how long tests run.
  return process.env.LONG === "1" ? { numRuns: long } : { numRuns: ci, seed: SEED };
}
