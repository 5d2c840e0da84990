/** `pnpm lint` runs this: prints each violation of the structural rules, one per line, and fails if there is any. */
import { execFileSync } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { violations } from "./structure/rules.ts";

const root = fileURLToPath(new URL("..", import.meta.url));
const SOURCES = ["*.ts", "*.tsx", "*.js", "*.mjs"];

/** The sources that git tracks or would track, by their path from the root. */
function sources(): ReadonlyMap<string, string> {
  const list = ["ls-files", "--cached", "--others", "--exclude-standard", "--", ...SOURCES];
  const names = execFileSync("git", list, { cwd: root, encoding: "utf8" }).trimEnd().split("\n");
  const present = names.filter((name) => existsSync(path.join(root, name)));
  return new Map(present.map((name) => [name, readFileSync(path.join(root, name), "utf8")]));
}

const found = violations(sources());
for (const violation of found) process.stdout.write(`${violation}\n`);
process.exitCode = found.length === 0 ? 0 : 1;
