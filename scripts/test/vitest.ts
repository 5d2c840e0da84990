/** Runs vitest, and counts the tests. */
import { spawn } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { fileURLToPath } from "node:url";

const ROOT = fileURLToPath(new URL("../..", import.meta.url));
const TOOLS = path.join(ROOT, "node_modules/.bin");

export interface Counts {
  readonly passed: number;
  readonly failed: number;
}

interface Report {
  readonly numPassedTests: number;
  readonly numFailedTests: number;
  readonly numPendingTests: number;
  readonly numTodoTests: number;
}

/** Runs an installed tool directly, since pnpm would take a second to start it. @returns whether it succeeded */
export async function run(tool: string, args: readonly string[]): Promise<boolean> {
  const env = {
    ...process.env,
    // turbo looks for pnpm in it.
    PATH: `${TOOLS}${path.delimiter}${process.env.PATH}`,
    NEXT_TELEMETRY_DISABLED: "1",
    TURBO_TELEMETRY_DISABLED: "1",
  };
  const program = spawn(path.join(TOOLS, tool), args, { cwd: ROOT, env, stdio: "inherit" });
  return await new Promise<boolean>((resolve) => {
    program.once("error", () => resolve(false));
    program.once("close", (code) => resolve(code === 0));
  });
}

/** Runs the test projects with this name or pattern (`unit*`). A skipped test counts as failed. */
export async function runTests(project: string): Promise<Counts> {
  const folder = mkdtempSync(path.join(tmpdir(), "screen-share-test-"));
  const output = path.join(folder, "report.json");
  const args = ["run", "--project", project];
  const reporters = ["--reporter=default", "--reporter=json", `--outputFile.json=${output}`];
  const succeeded = await run("vitest", [...args, ...reporters]);
  try {
    const report: Report = JSON.parse(readFileSync(output, "utf8"));
    const failed = report.numFailedTests + report.numPendingTests + report.numTodoTests;
    return { passed: report.numPassedTests, failed: succeeded ? failed : Math.max(1, failed) };
  } catch {
    // Vitest failed before it wrote a report, and has printed the reason.
    return { passed: 0, failed: 1 };
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/** Prints the counts as the last line. @returns the exit code */
export function conclude(counts: Counts): number {
  process.stdout.write(`${counts.passed} passed, ${counts.failed} failed\n`);
  return counts.failed === 0 ? 0 : 1;
}
