/**
 * Writes its standard input to descriptor 3, as a process of its own, because one that waits for a disk that hangs cannot even exit.
 * Reports how many bytes are written, one line each from 0, or the code of the error that ended it. It ignores signals.
 */
import { closeSync, writeSync } from "node:fs";

const REPORTS = 1;
const FILE = 3;

// Stopping the agent often stops all of its processes, and what it has handed over must still be written.
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
    // The agent was killed. What it has handed over is written nevertheless.
  }
}
