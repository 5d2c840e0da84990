/** The relay of a soak: a process with a secret that can be restarted on its port, and its use of memory and files. */
import { openFiles, usageOf } from "@screen-share/protocol/testing/process-usage";
import { type Program, startRelay } from "../programs.ts";
import { SECRET } from "../tokens.ts";

const MAX_STOP_MS = 15_000;

export class RelayHost {
  #program: Program | undefined;
  #era = 0;
  #changing = true;

  constructor(
    readonly port: number,
    private readonly onProblem: (problem: string) => void,
  ) {}

  /** The number of its process; undefined while it stops or starts. */
  get era(): number | undefined {
    return this.#changing ? undefined : this.#era;
  }

  get rssMb(): number {
    return usageOf(this.#pid).rssMb;
  }

  get openFiles(): number {
    return openFiles(this.#pid);
  }

  async start(): Promise<void> {
    // At this level it logs only problems, so any output is one, on stderr too.
    this.#program = await startRelay(this.port, { AUTH_SECRET: SECRET, LOG_LEVEL: "error" });
    this.#era++;
    this.#changing = false;
    const { process } = this.#program;
    process.once("exit", (code, signal) => {
      if (!this.#changing) this.onProblem(`the relay ended by itself: ${code ?? signal}`);
    });
  }

  async stop(): Promise<void> {
    const program = this.#program;
    if (!program) return;
    this.#changing = true;
    const askedAt = performance.now();
    const code = await program.end("SIGTERM");
    const tookMs = performance.now() - askedAt;
    if (code !== 0) this.onProblem(`the relay ended with ${code} on SIGTERM`);
    if (tookMs > MAX_STOP_MS) this.onProblem(`the relay took ${tookMs.toFixed(0)} ms to end`);
    if (program.output !== "") this.onProblem(`the relay printed: ${program.output.slice(0, 500)}`);
  }

  get #pid(): number {
    const pid = this.#program?.process.pid;
    if (pid === undefined) throw new Error("the relay has not been started");
    return pid;
  }
}
