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
  if (!(await run("turbo", ["run", "build"]))) return 1;
  // Building and testing the image takes minutes and waits for much, so it runs beside the others, except those that need an idle machine.
  const container = testContainer();
  const results = [await runTests("unit*"), await runTests("e2e")];
  container.show();
  results.push(await container.counts, await runTests("e2e-undisturbed"));
  return conclude({
    passed: results.reduce((sum, { passed }) => sum + passed, 0),
    failed: results.reduce((sum, { failed }) => sum + failed, 0),
  });
}

process.exit(await main());
