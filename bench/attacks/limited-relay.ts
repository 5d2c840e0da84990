/** A relay process in a control group with little memory (cgroups(7), version 1 or 2), like a small machine. Needs root on Linux. */
import { existsSync, mkdirSync, readFileSync, rmdirSync, writeFileSync } from "node:fs";
import { openFiles, usageOf } from "@screen-share/protocol/testing/process-usage";
import { type Program, startRelay } from "../../e2e/support/programs.ts";

const ROOTS = [
  { folder: "/sys/fs/cgroup/memory", limit: "memory.limit_in_bytes" },
  { folder: "/sys/fs/cgroup", limit: "memory.max" },
] as const;

/** The memory control group of this process. */
function ownGroup(): string {
  const groups = readFileSync("/proc/self/cgroup", "utf8");
  return (
    /^\d+:(?:[^:\n]*,)?memory(?:,[^:\n]*)?:(.*)$/m.exec(groups)?.[1] ??
    /^0::(.*)$/m.exec(groups)?.[1] ??
    ""
  );
}

export class LimitedRelay {
  private constructor(
    private readonly program: Program,
    private readonly group: string,
    readonly pid: number,
  ) {}

  /** @throws Error if control groups cannot be created */
  static async start(
    port: number,
    memoryBytes: number,
    env: Record<string, string>,
  ): Promise<LimitedRelay> {
    const root = ROOTS.find(
      ({ folder, limit }) => existsSync(`${folder}/${limit}`) || limit === "memory.max",
    );
    if (!root) throw new Error("this machine has no control groups");
    const own = `${root.folder}${ownGroup()}`;
    const group = `${root.folder}/screen-share-bench-${process.pid}`;
    mkdirSync(group, { recursive: true });
    writeFileSync(`${group}/${root.limit}`, String(memoryBytes));
    // A relay reads its memory limit when it starts, so it must start in the group, which it inherits from its parent.
    writeFileSync(`${group}/cgroup.procs`, String(process.pid));
    const starting = startRelay(port, env);
    writeFileSync(`${own}/cgroup.procs`, String(process.pid));
    const program = await starting;
    const { pid } = program.process;
    if (pid === undefined) throw new Error("the relay has no process");
    return new LimitedRelay(program, group, pid);
  }

  /** Whether it is still running. */
  get alive(): boolean {
    return this.program.process.exitCode === null && this.program.process.signalCode === null;
  }

  get rssMb(): number {
    return this.alive ? usageOf(this.pid).rssMb : Number.NaN;
  }

  /** Its peak resident memory, MB. */
  get peakRssMb(): number {
    if (!this.alive) return Number.NaN;
    const status = readFileSync(`/proc/${this.pid}/status`, "utf8");
    return Number(/VmHWM:\s+(\d+)/.exec(status)?.[1]) / 1024;
  }

  get cpuSeconds(): number {
    return this.alive ? usageOf(this.pid).cpuSeconds : Number.NaN;
  }

  get openFiles(): number {
    return this.alive ? openFiles(this.pid) : Number.NaN;
  }

  /** The bytes that it has logged. */
  get logBytes(): number {
    return this.program.output.length;
  }

  async stop(): Promise<void> {
    await this.program.end("SIGKILL");
    rmdirSync(this.group);
  }
}
