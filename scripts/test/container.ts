/** Runs the container tests through `docker/verify`, which builds the image, and starts an engine if there is none. */
import { spawn } from "node:child_process";
import { fileURLToPath } from "node:url";
import type { Counts } from "./vitest.ts";

const VERIFY = fileURLToPath(new URL("../../docker/verify", import.meta.url));
/** Its exit code if containers cannot run here. It has printed the reason. */
const CANNOT = 3;
const COUNTS = /^(\d+) passed, (\d+) failed\n$/m;

/** Starts the tests. Their output is held back until `show`. */
export function testContainer() {
  const verify = spawn(VERIFY, { stdio: ["ignore", "pipe", "pipe"] });
  let shown = false;
  let held = "";
  let output = "";
  const print = (text: string) => {
    if (shown) process.stdout.write(text);
    else held += text;
  };
  verify.stdout.setEncoding("utf8").on("data", (text: string) => {
    output += text;
    print(text);
  });
  verify.stderr.setEncoding("utf8").on("data", print);
  const ended = new Promise<number | null>((resolve) => verify.once("close", resolve));
  return {
    /** Prints the output so far, and all further output as it comes. */
    show: () => {
      shown = true;
      process.stdout.write(held);
      held = "";
    },
    /** A machine that cannot run containers counts no test and prints that; in continuous integration it counts as a failure. */
    counts: ended.then((status): Counts => {
      if (status === CANNOT && !process.env.CI) {
        print("The tests of the container were NOT run, and are not counted below.\n");
        return { passed: 0, failed: 0 };
      }
      return countsOf(output, status === 0);
    }),
  };
}

function countsOf(output: string, succeeded: boolean): Counts {
  const last = output.slice(output.lastIndexOf("\n", output.length - 2) + 1);
  const [, passed, failed] = COUNTS.exec(last) ?? [];
  if (passed === undefined) return { passed: 0, failed: 1 };
  return { passed: Number(passed), failed: Math.max(Number(failed), succeeded ? 0 : 1) };
}
