/** A relay in a process of its own, so that a crash is seen, and memory and descriptors can be read from /proc. */
import { type ChildProcess, fork } from "node:child_process";
import { fileURLToPath } from "node:url";
import { openFiles, usageOf } from "@screen-share/protocol/testing/process-usage";
import { TESTED_TRANSPORT } from "../live-relay.ts";

const MAIN = fileURLToPath(new URL("../../src/main.ts", import.meta.url));
const PROBE = new URL("memory-probe.ts", import.meta.url).href;
const MB = 2 ** 20;

export class RelayProcess {
  log = "";
  #exit: string | undefined;

  private constructor(
    private readonly child: ChildProcess,
    readonly port: number,
  ) {}

  /** Resolves once it listens. */
  static async start(env: Readonly<Record<string, string>>): Promise<RelayProcess> {
    const child = fork(MAIN, [], {
      execArgv: ["--expose-gc", "--import", "tsx", "--import", PROBE],
      env: { PATH: "/usr/bin:/bin", PORT: "0", TRANSPORT: TESTED_TRANSPORT, ...env },
      stdio: ["ignore", "pipe", "pipe", "ipc"],
    });
    const port = await new Promise<number>((resolve, reject) => {
      child.once("message", (message: { port: number }) => resolve(message.port));
      child.once("exit", (code) => reject(new Error(`the relay ended with ${code}`)));
    });
    const relay = new RelayProcess(child, port);
    for (const stream of [child.stdout, child.stderr]) {
      stream?.on("data", (chunk: Buffer) => {
        relay.log += chunk.toString();
      });
    }
    child.once("exit", (code, signal) => {
      relay.#exit = `code ${code}, signal ${signal}`;
    });
    return relay;
  }

  get exit(): string | undefined {
    return this.#exit;
  }

  /** Collects garbage. @returns what JavaScript holds then, and what the process does */
  async memory(): Promise<{ readonly heldMb: number; readonly rssMb: number }> {
    const answer = new Promise<{ heldBytes: number; rssBytes: number }>((resolve) => {
      this.child.once("message", resolve);
    });
    this.child.send("memory");
    const { heldBytes, rssBytes } = await answer;
    return { heldMb: Math.round(heldBytes / MB), rssMb: Math.round(rssBytes / MB) };
  }

  /** Including garbage. */
  get rssMb(): number {
    return Math.round(usageOf(this.child.pid ?? 0).rssMb);
  }

  get fds(): number {
    return openFiles(this.child.pid ?? 0);
  }

  async stop(): Promise<void> {
    if (this.#exit !== undefined) return;
    const ended = new Promise((resolve) => this.child.once("exit", resolve));
    this.child.kill("SIGTERM");
    await ended;
  }
}
