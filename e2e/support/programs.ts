/** The built relay and agent as processes of their own, started and killed as a person would. */
import { type ChildProcess, fork } from "node:child_process";
import { once } from "node:events";
import { type AddressInfo, createServer } from "node:net";
import { fileURLToPath } from "node:url";

const root = new URL("../../", import.meta.url);

/** A process of ours, and what it has said. */
export class Program {
  output = "";
  #waiting: (() => void)[] = [];

  constructor(readonly process: ChildProcess) {
    process.stdout?.on("data", (chunk: Buffer) => this.#said(chunk));
    process.stderr?.on("data", (chunk: Buffer) => this.#said(chunk));
    process.once("exit", () => this.#tell());
  }

  #said(chunk: Buffer): void {
    this.output += chunk.toString();
    this.#tell();
  }

  #tell(): void {
    for (const tell of this.#waiting.splice(0)) tell();
  }

  /** Resolves once its output matches. @throws Error if it ends before that */
  async until(pattern: RegExp): Promise<void> {
    while (!pattern.test(this.output)) {
      const { exitCode, signalCode } = this.process;
      if (exitCode !== null || signalCode !== null) throw new Error(`it ended:\n${this.output}`);
      await new Promise<void>((resolve) => this.#waiting.push(resolve));
    }
  }

  /** Ends it, kindly or not, and gives its exit code. */
  async end(signal: NodeJS.Signals): Promise<number | null> {
    if (this.process.exitCode !== null || this.process.signalCode !== null) {
      return this.process.exitCode;
    }
    const exit = once(this.process, "exit");
    this.process.kill(signal);
    const [code] = await exit;
    return code;
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
  await Promise.race([once(relay.process, "message"), once(relay.process, "exit")]);
  if (relay.process.exitCode !== null) throw new Error(`the relay ended:\n${relay.output}`);
  return relay;
}

/** The built agent. */
export function startAgent(
  options: { readonly port: number; readonly display?: string; readonly args?: readonly string[] },
  env: Record<string, string> = {},
): Program {
  const { port, display, args = [] } = options;
  return run(
    "apps/capture/dist/main.js",
    {
      SERVER_WS_URL: `ws://localhost:${port}/ws/producer`,
      ...(display === undefined ? {} : { DISPLAY: display }),
      ...env,
    },
    args,
  );
}

/** The built replayer. */
export function startReplay(
  { port, args }: { readonly port: number; readonly args: readonly string[] },
  env: Record<string, string> = {},
): Program {
  const server = `ws://localhost:${port}/ws/producer`;
  return run("apps/capture/dist/replay.js", { SERVER_WS_URL: server, ...env }, args);
}

/** A port that nobody listens on. */
export async function freePort(): Promise<number> {
  const probe = createServer().listen(0, "127.0.0.1");
  await once(probe, "listening");
  const { port } = probe.address() as AddressInfo;
  await new Promise((resolve) => probe.close(resolve));
  return port;
}
