/** `pnpm lint` runs this: prints each violation of the structural rules, one per line, and fails if there is any. */
import { execFileSync } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { violations } from "./structure/rules.ts";

process.chdir(fileURLToPath(new URL("..", import.meta.url)));
const SOURCES = ["*.ts", "*.tsx", "*.js", "*.mjs"];

/** What git tracks or would track. */
const list = ["ls-files", "--cached", "--others", "--exclude-standard", "--", ...SOURCES];
const names = execFileSync("git", list, { encoding: "utf8" }).trimEnd().split("\n");
const present = names.filter((name) => existsSync(name));
const found = violations(new Map(present.map((name) => [name, readFileSync(name, "utf8")])));
for (const violation of found) process.stdout.write(`${violation}\n`);
process.exitCode = found.length === 0 ? 0 : 1;
