/** The programs as unit tests start them: built once from source, because tsx would take four times as long for each start. */
import { execFileSync } from "node:child_process";
import { fileURLToPath } from "node:url";

const PROGRAMS = ["capture", "relay", "replay"] as const;
/** Not `dist`, which belongs to `pnpm build`. */
const FOLDER = ".artifacts";

/** @returns the file to run with node @param entry one of the program's inputs in `rolldown.config.ts` */
export function programFile(program: (typeof PROGRAMS)[number], entry = "main"): string {
  return `${folderOf(program)}${FOLDER}/${entry}.js`;
}

/** Called by vitest before all tests. */
export function setup(): void {
  const args = ["-c", "rolldown.config.ts", "-d", FOLDER];
  for (const program of PROGRAMS) {
    const folder = folderOf(program);
    execFileSync(`${folder}node_modules/.bin/rolldown`, args, { cwd: folder });
  }
}

function folderOf(program: string): string {
  return fileURLToPath(new URL(`../../../apps/${program}/`, import.meta.url));
}
