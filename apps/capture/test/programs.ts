/** The agent's programs as their tests start them: built once from source, since tsx would take four times as long for each start. */
import { execFileSync } from "node:child_process";
import { fileURLToPath } from "node:url";

const APP = fileURLToPath(new URL("..", import.meta.url));
/** Not `dist`: that belongs to `pnpm build`. */
const FOLDER = ".artifacts";

/** The file to be run by node. */
export function programFile(name: "main" | "replay"): string {
  return `${APP}${FOLDER}/${name}.js`;
}

/** Called by vitest before all tests. */
export function setup(): void {
  const args = ["-c", "rolldown.config.ts", "-d", FOLDER];
  execFileSync(`${APP}node_modules/.bin/rolldown`, args, { cwd: APP });
}
