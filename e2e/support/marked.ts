/** Processes that a test has started, however far removed: found by a mark in their environment (environ of proc(5)), which children inherit. */
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
    const all = readdirSync("/proc").filter((name) => /^\d+$/.test(name));
    return all.flatMap((pid) => inspect(pid, `${NAME}=${this.#value}`) ?? []);
  }

  /** The one whose command line matches. @throws Error if there is not exactly one */
  process(command: RegExp): MarkedProcess {
    const all = this.processes();
    const [found, ...others] = all.filter((one) => command.test(one.command));
    if (found && others.length === 0) return found;
    throw new Error(`not one ${command} among\n${all.map((one) => one.command).join("\n")}`);
  }

  kill(): MarkedProcess[] {
    const running = this.processes();
    for (const { pid } of running) {
      try {
        process.kill(pid, "SIGKILL");
      } catch {
        // It has ended by itself.
      }
    }
    return running;
  }
}

function inspect(pid: string, mark: string): MarkedProcess | undefined {
  try {
    const parts = (file: string) => readFileSync(`/proc/${pid}/${file}`, "utf8").split("\0");
    const pairs = parts("environ");
    if (!pairs.includes(mark)) return undefined;
    const environment = Object.fromEntries(
      pairs.map((pair) => {
        const [name = "", ...value] = pair.split("=");
        return [name, value.join("=")];
      }),
    );
    return { pid: Number(pid), command: parts("cmdline").join(" "), environment };
  } catch {
    // It has ended, or belongs to another user.
    return undefined;
  }
}
