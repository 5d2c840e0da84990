/** Runs vitest, and counts. */
import { spawn } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";

export interface Counts {
  readonly passed: number;
  readonly failed: number;
}

/** What vitest's JSON reporter tells, as far as it matters here. */
interface Report {
  readonly numPassedTests: number;
  readonly numFailedTests: number;
  readonly numPendingTests: number;
  readonly numTodoTests: number;
}

/** Runs a program of ours with this one's output. @returns whether it succeeded */
export async function run(command: string, args: readonly string[]): Promise<boolean> {
  const env = { ...process.env, NEXT_TELEMETRY_DISABLED: "1", TURBO_TELEMETRY_DISABLED: "1" };
  const program = spawn(command, args, { env, stdio: "inherit" });
  return await new Promise<boolean>((resolve) => {
    program.once("error", () => resolve(false));
    program.once("close", (code) => resolve(code === 0));
  });
}

/** Runs the projects of tests of this name or pattern (`unit*`). A test that was skipped counts as failed. */
export async function runTests(project: string): Promise<Counts> {
  const folder = mkdtempSync(path.join(tmpdir(), "screen-share-test-"));
  const output = path.join(folder, "report.json");
  const args = ["exec", "vitest", "run", "--project", project];
  const reporters = ["--reporter=default", "--reporter=json", `--outputFile.json=${output}`];
  const succeeded = await run("pnpm", [...args, ...reporters]);
  try {
    const report: Report = JSON.parse(readFileSync(output, "utf8"));
    const failed = report.numFailedTests + report.numPendingTests + report.numTodoTests;
    return { passed: report.numPassedTests, failed: succeeded ? failed : Math.max(1, failed) };
  } catch {
    // Vitest did not get as far as a report; it has told why.
    return { passed: 0, failed: 1 };
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/** The last line of all: the counts. @returns the exit code */
export function conclude(counts: Counts): number {
  process.stdout.write(`${counts.passed} passed, ${counts.failed} failed\n`);
  return counts.failed === 0 ? 0 : 1;
}
