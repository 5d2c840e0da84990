/** `pnpm test`: installs missing system packages, builds, and runs every test. Its last line is "N passed, N failed". */
import { testContainer } from "./test/container.ts";
import { ensureSystemPackages } from "./test/system-packages.ts";
import { conclude, run, runTests } from "./test/vitest.ts";

async function main(): Promise<number> {
  const problem = ensureSystemPackages();
  if (problem !== undefined) {
    process.stderr.write(`${problem}\n`);
    return 1;
  }
  if (!(await run("pnpm", ["run", "build"]))) return 1;
  // Building the image takes minutes, and unit tests mostly wait, so they run side by side. Tests that measure pictures run alone.
  const container = testContainer();
  const unit = await runTests("unit*");
  container.show();
  const results = [unit, await container.counts, await runTests("e2e*")];
  return conclude({
    passed: results.reduce((sum, { passed }) => sum + passed, 0),
    failed: results.reduce((sum, { failed }) => sum + failed, 0),
  });
}

process.exit(await main());
