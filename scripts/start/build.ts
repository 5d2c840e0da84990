/** Brings the build up to date, quietly unless it fails or takes long. */
import { spawn } from "node:child_process";
import { existsSync } from "node:fs";
import path from "node:path";
import { fileURLToPath } from "node:url";
import type { Environment } from "@screen-share/program";
import { isWritable } from "./installation.mjs";

const ANNOUNCE_AFTER_MS = 3000;
const ROOT = fileURLToPath(new URL("../..", import.meta.url));
/** What `pnpm build` runs, without the second that pnpm itself takes. */
const BUILD = [path.join(ROOT, "scripts/untracked.mjs"), "turbo", "run", "build"];
const BUILT = [
  "apps/relay/dist/main.js",
  "apps/capture/dist/main.js",
  "apps/viewer/out/index.html",
];

/** @returns whether everything is built. If the build fails, its output is printed. @param options.env its whole environment */
export async function build(options: {
  readonly print: (line: string) => void;
  readonly env: Environment;
  readonly signal: AbortSignal;
}): Promise<boolean> {
  const { print, env, signal } = options;
  // The checkout may belong to another user, or be on a read-only file system.
  if (!isWritable(ROOT)) {
    const built = BUILT.every((file) => existsSync(path.join(ROOT, file)));
    if (!built) print(`${ROOT} is not writable and contains no build, so nothing was started.`);
    return built;
  }
  const bin = path.join(ROOT, "node_modules/.bin");
  const builder = spawn(process.execPath, BUILD, {
    cwd: ROOT,
    env: {
      ...env,
      // turbo and pnpm, which turbo starts, in the versions of package.json: no network is needed.
      PATH: [bin, env.PATH].filter(Boolean).join(path.delimiter),
      // The installation has already been compared with the lockfile.
      npm_config_verify_deps_before_run: "false",
    },
    stdio: ["ignore", "pipe", "pipe"],
    signal,
  });
  const output: Buffer[] = [];
  builder.stdout.on("data", (chunk: Buffer) => output.push(chunk));
  builder.stderr.on("data", (chunk: Buffer) => output.push(chunk));
  const timer = setTimeout(
    () => print("Building. The first time this takes about half a minute."),
    ANNOUNCE_AFTER_MS,
  );
  const code = await new Promise<number | null>((resolve) => {
    builder.once("error", (error) => {
      output.push(Buffer.from(`${error.message}\n`));
      resolve(1);
    });
    builder.once("close", resolve);
  });
  clearTimeout(timer);
  if (code === 0 || signal.aborted) return code === 0;
  process.stderr.write(Buffer.concat(output));
  process.stderr.write("The build failed, so nothing was started.\n");
  return false;
}
