/** Runs one of our programs beside this one. It ends no later than this one. */
import { type ChildProcess, fork } from "node:child_process";
import type { Environment } from "@screen-share/program";

/** A child that has not stopped this long after SIGTERM is killed. */
const STOP_TIMEOUT_MS = 5000;

export interface Child {
  readonly process: ChildProcess;
  readonly exited: Promise<{ readonly code: number | null }>;
  /** Sends SIGTERM, and SIGKILL if that does not help. */
  stop(): Promise<void>;
}

/** Starts a built program that shares this one's output. It ends when its IPC channel closes, even if this process is killed. */
export function runChild(script: string, env: Environment, args: readonly string[]): Child {
  const child = fork(script, args, {
    env: { ...env },
    execArgv: ["--enable-source-maps"],
    stdio: ["ignore", "inherit", "inherit", "ipc"],
  });
  const exited = new Promise<{ code: number | null }>((resolve) => {
    child.once("exit", (code) => resolve({ code }));
    child.once("error", () => resolve({ code: null }));
  });
  return {
    process: child,
    exited,
    stop: async () => {
      child.kill("SIGTERM");
      const timer = setTimeout(() => child.kill("SIGKILL"), STOP_TIMEOUT_MS);
      await exited;
      clearTimeout(timer);
    },
  };
}

/** The first message of this type from a child. Undefined if the child ends before it sends one. */
export function messageOf({ process, exited }: Child, type: string) {
  return new Promise<Readonly<Record<string, unknown>> | undefined>((resolve) => {
    process.on("message", (message: Record<string, unknown>) => {
      if (message.type === type) resolve(message);
    });
    void exited.then(() => resolve(undefined));
  });
}
