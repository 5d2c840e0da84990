/** Processes that a test has started, however far removed from it: found by a mark in their environment, which children inherit. */
import { randomUUID } from "node:crypto";
import { readdirSync, readFileSync } from "node:fs";

const NAME = "SCREEN_SHARE_TEST_MARK";

export interface MarkedProcess {
  readonly pid: number;
  readonly command: string;
  readonly environment: Readonly<Record<string, string>>;
}

export class Mark {
  readonly #value = randomUUID();

  /** For the environment of the first process. */
  get env(): Record<string, string> {
    return { [NAME]: this.#value };
  }

  /** Those that run now. One that has ended and waits for its parent has no environment any more. */
  processes(): MarkedProcess[] {
    return readdirSync("/proc")
      .filter((name) => /^\d+$/.test(name))
      .flatMap((pid) => {
        const found = inspect(pid);
        return found?.environment[NAME] === this.#value ? [found] : [];
      });
  }

  /** The one whose command line matches. @throws Error if there is not exactly one */
  process(command: RegExp): MarkedProcess {
    const all = this.processes();
    const [found, ...others] = all.filter((one) => command.test(one.command));
    if (found && others.length === 0) return found;
    throw new Error(`not one ${command} among\n${all.map((one) => one.command).join("\n")}`);
  }

  /** Kills whatever still runs. */
  kill(): void {
    for (const { pid } of this.processes()) {
      try {
        process.kill(pid, "SIGKILL");
      } catch {
        // It has ended by itself.
      }
    }
  }
}

function inspect(pid: string): MarkedProcess | undefined {
  try {
    const parts = (file: string) => readFileSync(`/proc/${pid}/${file}`, "utf8").split("\0");
    const pairs = parts("environ").map((pair) => {
      const at = pair.indexOf("=");
      return [pair.slice(0, at), pair.slice(at + 1)];
    });
    return {
      pid: Number(pid),
      command: parts("cmdline").join(" "),
      environment: Object.fromEntries(pairs),
    };
  } catch {
    // It has ended, or belongs to another user.
    return undefined;
  }
}
