/** A program of ours that runs beside this one and ends no later. */
import { type ChildProcess, fork } from "node:child_process";

/** A child that was told to stop and has not is killed after so long, ms. */
const STOP_TIMEOUT_MS = 5000;

export interface Child {
  readonly process: ChildProcess;
  readonly exited: Promise<{ readonly code: number | null }>;
  /** Asks it to end, then makes it. */
  stop(): Promise<void>;
}

/** Starts a built program with this one's environment and output. */
export function runChild(
  script: string,
  options: { readonly env: Record<string, string>; readonly args?: readonly string[] },
): Child {
  const child = fork(script, options.args ?? [], {
    env: { ...process.env, ...options.env },
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

/** The port that a relay says it listens on, or undefined if it ends before. */
export async function waitForListening(relay: Child): Promise<number | undefined> {
  const listening = new Promise<number>((resolve) => {
    relay.process.on("message", (message) => {
      const { type, port } = message as { type?: unknown; port?: unknown };
      if (type === "listening" && typeof port === "number") resolve(port);
    });
  });
  return await Promise.race([listening, relay.exited.then(() => undefined)]);
}
