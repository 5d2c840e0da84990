/**
 * Runs foreign programs with a home of their own and an environment without this machine's desktop. Browsers start helpers that leave
 * their process group and, through a session bus, services that outlive them. Here there is no bus, and all processes are marked.
 */

import { randomUUID } from "node:crypto";
import { mkdirSync, mkdtempSync, readdirSync, readFileSync } from "node:fs";
import { rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { eventually, within } from "./wait.ts";

/** A killed process ends long before, unless the kernel itself is stuck. */
const END_LIMIT_MS = 10_000;

export class ProgramSession {
  readonly #mark = new Mark();
  /** Their home, temporary files and downloads. */
  readonly home: string;
  readonly #runtimeFolder: string;

  constructor(name: string) {
    this.home = mkdtempSync(path.join(tmpdir(), `screen-share-${name}-`));
    this.#runtimeFolder = path.join(this.home, ".runtime");
    mkdirSync(this.#runtimeFolder, { mode: 0o700 });
  }

  env(more: Readonly<Record<string, string>> = {}): Record<string, string> {
    return {
      PATH: process.env.PATH ?? "/usr/bin:/bin",
      LANG: "C.UTF-8",
      HOME: this.home,
      TMPDIR: this.home,
      XDG_RUNTIME_DIR: this.#runtimeFolder,
      // No bus: no portal, no accessibility service and no settings service can be started through it.
      DBUS_SESSION_BUS_ADDRESS: "disabled:",
      NO_AT_BRIDGE: "1",
      GTK_USE_PORTAL: "0",
      GIO_USE_VFS: "local",
      GSETTINGS_BACKEND: "memory",
      // A sound server that is named is not started.
      PULSE_SERVER: `unix:${path.join(this.home, "no-sound")}`,
      ...this.#mark.env,
      ...more,
    };
  }

  /** Kills whatever runs in it and removes its home. @throws Error if something cannot be ended or removed */
  async end(): Promise<void> {
    const left = await eventually(
      async () => this.#mark.kill(),
      (running) => running.length === 0,
      END_LIMIT_MS,
    );
    if (left.length > 0) throw new Error(`still running: ${left.map(({ command }) => command)}`);
    const removed = rm(this.home, { recursive: true, force: true, maxRetries: 5 });
    await within(removed, END_LIMIT_MS, `removing ${this.home}`);
  }
}

const NAME = "SCREEN_SHARE_TEST_MARK";

export interface MarkedProcess {
  readonly pid: number;
  readonly command: string;
  readonly environment: Readonly<Record<string, string>>;
}

export class Mark {
  readonly #value = randomUUID();

  get env(): Record<string, string> {
    return { [NAME]: this.#value };
  }

  /** Without zombies, which have no environment. */
  processes(): MarkedProcess[] {
    const all = readdirSync("/proc").filter((name) => /^\d+$/.test(name));
    return all.flatMap((pid) => inspect(pid, `${NAME}=${this.#value}`) ?? []);
  }

  /** The process whose command line matches. @throws Error if there is not exactly one */
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
