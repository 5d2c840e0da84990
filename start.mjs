/**
 * The entry of `npx pnpm@10 start`, `npm start` and `node start.mjs`. This file and those that it imports must run on old versions of Node
 * (from 14.13), so that they can print what is wrong, and in a checkout without installed packages.
 */
import { tmpdir } from "node:os";
import { fileURLToPath } from "node:url";
import { ensureInstalled, isWritable } from "./scripts/start/installation.mjs";
import { machineProblem } from "./scripts/start/preflight.mjs";

const ROOT = fileURLToPath(new URL(".", import.meta.url));

const problem = machineProblem(process) || ensureInstalled(ROOT);
if (problem !== undefined) {
  process.stderr.write(`${problem}\n`);
  process.exit(1);
}
// tsx keeps compiled files there, and fails if it cannot.
if (!isWritable(tmpdir())) process.env.TSX_DISABLE_CACHE = "1";
const { register } = await import("tsx/esm/api");
register();
await import("./scripts/start.ts");
