/** The container's tests, as `docker/verify` makes them: it builds the image, and starts an engine where there is none. */
import { spawn } from "node:child_process";
import { fileURLToPath } from "node:url";
import type { Counts } from "./vitest.ts";

const VERIFY = fileURLToPath(new URL("../../docker/verify", import.meta.url));
/** Its exit code where containers cannot run; it has told why. */
const CANNOT = 3;
const COUNTS = /^(\d+) passed, (\d+) failed\n$/m;

export interface ContainerTests {
  /** Prints what they have said so far, and from now on whatever they say. */
  show(): void;
  /**
   * Resolves when they are over: with their counts; none at all on a person's machine that cannot run containers, which is said. In
   * continuous integration that is a failure.
   */
  readonly counts: Promise<Counts>;
}

/** Runs them in silence, beside others, until they are to be shown. */
export function testContainer(): ContainerTests {
  const verify = spawn(VERIFY, { stdio: ["ignore", "pipe", "pipe"] });
  let shown = false;
  let held = "";
  let output = "";
  const say = (text: string) => {
    if (shown) process.stdout.write(text);
    else held += text;
  };
  verify.stdout.setEncoding("utf8").on("data", (text: string) => {
    output += text;
    say(text);
  });
  verify.stderr.setEncoding("utf8").on("data", say);
  const ended = new Promise<number | null>((resolve) => verify.once("close", resolve));
  return {
    show: () => {
      shown = true;
      process.stdout.write(held);
      held = "";
    },
    counts: ended.then((status) => {
      if (status === CANNOT && !process.env.CI) {
        say("The tests of the container were NOT run, and are not counted below.\n");
        return { passed: 0, failed: 0 };
      }
      return countsOf(output, status === 0);
    }),
  };
}

/** What the last line says. */
function countsOf(output: string, succeeded: boolean): Counts {
  const last = output.slice(output.lastIndexOf("\n", output.length - 2) + 1);
  const [, passed, failed] = COUNTS.exec(last) ?? [];
  if (passed === undefined) return { passed: 0, failed: 1 };
  return { passed: Number(passed), failed: Math.max(Number(failed), succeeded ? 0 : 1) };
}
