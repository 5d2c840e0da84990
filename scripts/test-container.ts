/** Runs only the container tests, for `docker/verify`, which has built the image. The last line is "N passed, N failed". */
import { ensureSystemPackages } from "./test/system-packages.ts";
import { conclude, run, runTests } from "./test/vitest.ts";

const problem = ensureSystemPackages();
if (problem !== undefined) process.stderr.write(`${problem}\n`);
const ready = problem === undefined && (await run("turbo", ["run", "build"]));
process.exit(conclude(ready ? await runTests("container") : { passed: 0, failed: 1 }));
