/** What a process has used and holds open, from Linux's /proc (proc(5)). */
import { readdirSync, readFileSync } from "node:fs";

/** Linux reports CPU time in ticks of 10 ms to all programs (USER_HZ). */
const TICKS_PER_SECOND = 100;

export type Usage = ReturnType<typeof usageOf>;

/** The processor time, user and system, and the resident memory of a process. */
export function usageOf(pid: number) {
  const stat = readFileSync(`/proc/${pid}/stat`, "utf8");
  const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
  const ticks = Number(fields[11]) + Number(fields[12]);
  const status = readFileSync(`/proc/${pid}/status`, "utf8");
  const kb = Number(/VmRSS:\s+(\d+)/.exec(status)?.[1]);
  return { cpuSeconds: ticks / TICKS_PER_SECOND, rssMb: kb / 1024 };
}

export function openFiles(pid: number): number {
  return readdirSync(`/proc/${pid}/fd`).length;
}
