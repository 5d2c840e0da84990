/** The built programs as processes of their own. */
import { type ChildProcess, fork } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";
import { Happenings } from "@screen-share/protocol/testing/happenings";
import { within } from "./wait.ts";

const root = new URL("../../", import.meta.url);
/** Programs end within a second or two, on a busy machine too; after this they are killed. */
const END_LIMIT_MS = 15_000;
const START_LIMIT_MS = 30_000;
const OUTPUT_LIMIT_MS = 45_000;

/** A process and its output. */
export class Program {
  output = "";
  readonly #happenings = new Happenings();

  constructor(readonly process: ChildProcess) {
    for (const stream of [process.stdout, process.stderr]) {
      stream?.on("data", (chunk: Buffer) => {
        this.output += chunk.toString();
        this.#happenings.notify();
      });
    }
    process.once("exit", () => this.#happenings.notify());
  }

  /** Resolves once its output matches. @throws Error if it ends before that, or takes too long */
  async until(pattern: RegExp, limitMs = OUTPUT_LIMIT_MS): Promise<void> {
    try {
      await this.#happenings.until(() => pattern.test(this.output) || this.#ended, limitMs);
      if (!pattern.test(this.output)) throw new Error("it ended");
    } catch (error) {
      throw new Error(`waiting for ${pattern}: ${error}\nIt printed:\n${this.output}`);
    }
  }

  get #ended(): boolean {
    return this.process.exitCode !== null || this.process.signalCode !== null;
  }

  /** Ends it, and kills it if it does not end in time. @returns its exit code; null if a signal ended it */
  async end(signal: NodeJS.Signals): Promise<number | null> {
    if (this.#ended) return this.process.exitCode;
    const exit = once(this.process, "exit");
    this.process.kill(signal);
    const killing = setTimeout(() => this.process.kill("SIGKILL"), END_LIMIT_MS);
    await exit;
    clearTimeout(killing);
    return this.process.exitCode;
  }
}

const { PATH, HOME, XDG_DATA_HOME } = process.env;

function run(script: string, env: Record<string, string>, args: readonly string[] = []): Program {
  const child = fork(fileURLToPath(new URL(script, root)), args, {
    env: { PATH, HOME, XDG_DATA_HOME, ...env },
    execArgv: [],
    stdio: ["ignore", "pipe", "pipe", "ipc"],
  });
  return new Program(child);
}

/** The built relay, once it listens. */
export async function startRelay(port: number, env: Record<string, string> = {}): Promise<Program> {
  const relay = run("apps/relay/dist/main.js", { PORT: String(port), ...env });
  const settled = Promise.race([once(relay.process, "message"), once(relay.process, "exit")]);
  await within(settled, START_LIMIT_MS, "starting a relay").catch(async (error: unknown) => {
    await relay.end("SIGKILL");
    throw error;
  });
  if (relay.process.exitCode !== null) throw new Error(`the relay ended:\n${relay.output}`);
  return relay;
}

interface PublishOptions {
  readonly port: number;
  readonly display?: string;
  readonly args?: readonly string[];
}

/** Starts a built program that publishes to a relay on this machine. */
const publishes =
  (script: string) =>
  ({ port, display, args }: PublishOptions, env: Record<string, string> = {}): Program => {
    const screen = display === undefined ? {} : { DISPLAY: display };
    const server = `ws://localhost:${port}/ws/producer`;
    return run(script, { SERVER_WS_URL: server, ...screen, ...env }, args);
  };

export const startAgent = publishes("apps/capture/dist/main.js");
export const startReplay = publishes("apps/replay/dist/main.js");
