/**
 * `pnpm test`: makes sure of the system's packages, builds, and runs every test. Ends with one line, "N passed, N failed".
 */
import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { ensureSystemPackages } from "./test/system-packages.ts";

/** What vitest's JSON reporter tells, as far as it matters here. */
interface Report {
  readonly numPassedTests: number;
  readonly numFailedTests: number;
  readonly numPendingTests: number;
  readonly numTodoTests: number;
}

function run(command: string, args: readonly string[]): boolean {
  const env = { ...process.env, NEXT_TELEMETRY_DISABLED: "1", TURBO_TELEMETRY_DISABLED: "1" };
  return spawnSync(command, args, { env, stdio: "inherit" }).status === 0;
}

/** Runs one project of tests and counts. A test that was skipped counts as failed. */
function runTests(project: string, folder: string): { passed: number; failed: number } {
  const output = path.join(folder, `${project}.json`);
  const args = ["exec", "vitest", "run", "--project", project];
  const reporters = ["--reporter=default", "--reporter=json", `--outputFile.json=${output}`];
  const succeeded = run("pnpm", [...args, ...reporters]);
  try {
    const report: Report = JSON.parse(readFileSync(output, "utf8"));
    const failed = report.numFailedTests + report.numPendingTests + report.numTodoTests;
    return { passed: report.numPassedTests, failed: succeeded ? failed : Math.max(1, failed) };
  } catch {
    // Vitest did not get as far as a report; it has told why.
    return { passed: 0, failed: 1 };
  }
}

function main(): number {
  const problem = ensureSystemPackages();
  if (problem !== undefined) {
    process.stderr.write(`${problem}\n`);
    return 1;
  }
  if (!run("pnpm", ["run", "build"])) return 1;
  const folder = mkdtempSync(path.join(tmpdir(), "screen-share-test-"));
  const results = ["unit", "e2e"].map((project) => runTests(project, folder));
  rmSync(folder, { recursive: true });
  const passed = results.reduce((sum, result) => sum + result.passed, 0);
  const failed = results.reduce((sum, result) => sum + result.failed, 0);
  process.stdout.write(`${passed} passed, ${failed} failed\n`);
  return failed === 0 ? 0 : 1;
}

process.exit(main());
