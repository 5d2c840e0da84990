/**
 * Notices that whoever started us is gone. A launcher such as npx may be killed without passing the signal on, and nothing of
 * ours may outlive it: when a process between us and the terminal ends, so do we.
 */
import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";

const CHECK_INTERVAL_MS = 500;

/** The names of programs that stand between a person's command and this script. */
const LAUNCHERS = /\b(npx|npm|pnpm|corepack|yarn)\b/;

interface Process {
  readonly pid: number;
  readonly parent: number;
  readonly command: string;
}

function inspect(pid: number): Process | undefined {
  try {
    if (process.platform === "linux") {
      const stat = readFileSync(`/proc/${pid}/stat`, "utf8");
      const [, parent] = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
      const command = readFileSync(`/proc/${pid}/cmdline`, "utf8").replaceAll("\0", " ");
      return { pid, parent: Number(parent), command };
    }
    if (process.platform === "win32") return undefined;
    const line = execFileSync("ps", ["-o", "ppid=,command=", "-p", String(pid)], {
      encoding: "utf8",
    }).trim();
    const [parent = "", ...command] = line.split(/\s+/);
    return { pid, parent: Number(parent), command: command.join(" ") };
  } catch {
    return undefined;
  }
}

/** The launchers above us, nearest first: up to the shell or program that a person runs. */
function launchers(): number[] {
  const chain: Process[] = [];
  for (let next = process.ppid; next > 1 && chain.length < 10; ) {
    const found = inspect(next);
    if (!found) break;
    chain.push(found);
    next = found.parent;
  }
  const last = chain.findLastIndex(({ command }) => LAUNCHERS.test(command));
  return chain.slice(0, last + 1).map(({ pid }) => pid);
}

function lives(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}

/** Calls `gone` once, when a launcher that is above us now has ended. */
export function watchAncestors(gone: () => void): void {
  const watched = launchers();
  const timer = setInterval(() => {
    if (watched.every(lives)) return;
    clearInterval(timer);
    gone();
  }, CHECK_INTERVAL_MS);
  timer.unref();
}
