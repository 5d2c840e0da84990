/** Notices when a launcher between this program and the terminal, such as npx, was killed without passing the signal on. */
import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";

const CHECK_INTERVAL_MS = 500;

/** May stand between the typed command and this script. */
const LAUNCHERS = /\b(npx|npm|pnpm|corepack|yarn)\b/;

function inspect(pid: number): { parent: number; command: string } | undefined {
  try {
    if (process.platform === "linux") {
      const stat = readFileSync(`/proc/${pid}/stat`, "utf8");
      const [, parent] = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
      const command = readFileSync(`/proc/${pid}/cmdline`, "utf8").replaceAll("\0", " ");
      return { parent: Number(parent), command };
    }
    if (process.platform === "win32") return undefined;
    const args = ["-o", "ppid=,command=", "-p", String(pid)];
    const line = execFileSync("ps", args, { encoding: "utf8" }).trim();
    return { parent: Number.parseInt(line, 10), command: line };
  } catch {
    return undefined;
  }
}

/** The launchers above this process, nearest first, up to the shell. */
function launchers(): number[] {
  const chain: number[] = [];
  let count = 0;
  for (let next = process.ppid; next > 1 && chain.length < 10; ) {
    const found = inspect(next);
    if (!found) break;
    chain.push(next);
    if (LAUNCHERS.test(found.command)) count = chain.length;
    next = found.parent;
  }
  return chain.slice(0, count);
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
  }, CHECK_INTERVAL_MS).unref();
}
