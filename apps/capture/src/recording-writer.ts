/**
 * Writes what comes to its standard input to the file that is open as its descriptor 3: the agent's hand at the disk, a process of its
 * own, since whoever waits for a disk that hangs can do nothing else, not even end. Says on its standard output how many bytes are
 * written so far, a line each, beginning with 0; or the code of the error that ended it. Ends with its input, and by no signal.
 */
import { closeSync, writeSync } from "node:fs";

const REPORTS = 1;
const FILE = 3;

// Whoever stops the agent often stops all of its processes. What it has handed over is still to be written.
for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) process.on(signal, () => {});

try {
  let written = 0;
  report(written);
  for await (const bytes of process.stdin) {
    for (let at = 0; at < bytes.length; ) at += writeSync(FILE, bytes, at);
    written += bytes.length;
    report(written);
  }
  closeSync(FILE);
} catch (error) {
  report((error as NodeJS.ErrnoException).code ?? String(error));
  process.exitCode = 1;
}

function report(what: number | string): void {
  try {
    writeSync(REPORTS, `${what}\n`);
  } catch {
    // The agent was killed: what it has handed over is written all the same.
  }
}
