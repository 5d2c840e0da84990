/** The container's tests, as `docker/verify` makes them: it builds the image, and starts an engine where there is none. */
import { spawn } from "node:child_process";
import { fileURLToPath } from "node:url";
import type { Counts } from "./vitest.ts";

const VERIFY = fileURLToPath(new URL("../../docker/verify", import.meta.url));
/** Its exit code where containers cannot run; it has told why. */
const CANNOT = 3;
const COUNTS = /^(\d+) passed, (\d+) failed\n$/m;

/**
 * Runs them.
 * @returns their counts; none at all on a person's machine that cannot run containers, which is said. In continuous integration that is a
 *   failure
 */
export async function testContainer(): Promise<Counts> {
  const verify = spawn(VERIFY, { stdio: ["ignore", "pipe", "inherit"] });
  let output = "";
  verify.stdout.setEncoding("utf8").on("data", (text: string) => {
    process.stdout.write(text);
    output += text;
  });
  const status = await new Promise<number | null>((resolve) => verify.once("close", resolve));
  if (status === CANNOT && !process.env.CI) {
    process.stdout.write("The tests of the container were NOT run, and are not counted below.\n");
    return { passed: 0, failed: 0 };
  }
  const last = output.slice(output.lastIndexOf("\n", output.length - 2) + 1);
  const [, passed, failed] = COUNTS.exec(last) ?? [];
  if (passed === undefined) return { passed: 0, failed: 1 };
  const succeeded = status === 0;
  return { passed: Number(passed), failed: Math.max(Number(failed), succeeded ? 0 : 1) };
}
