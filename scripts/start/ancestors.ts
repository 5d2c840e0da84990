/**
 * Notices when the program that started this one has ended. A launcher such as npx may be killed without passing the signal on, and none of
 * our programs may outlive it. So when a process between this one and the terminal ends, this one does, too.
 */
import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";

const CHECK_INTERVAL_MS = 500;

/** Programs that may stand between the typed command and this script. */
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

/** The launchers above this process, nearest first, up to the shell. */
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

/** Calls `gone` once, when any launcher that is above this process now has ended. */
export function watchAncestors(gone: () => void): void {
  const watched = launchers();
  const timer = setInterval(() => {
    if (watched.every(lives)) return;
    clearInterval(timer);
    gone();
  }, CHECK_INTERVAL_MS);
  timer.unref();
}
