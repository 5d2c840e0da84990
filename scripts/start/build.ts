/** Brings the build up to date, quietly unless it fails or takes a while. */
import { spawn } from "node:child_process";
import { accessSync, constants, existsSync } from "node:fs";
import path from "node:path";
import { fileURLToPath } from "node:url";
import type { Environment } from "@screen-share/program";

const ANNOUNCE_AFTER_MS = 3000;
const ROOT = fileURLToPath(new URL("../..", import.meta.url));
/** Of the version that package.json names, so that it is there without a network and whatever has started us. */
const PNPM = path.join(ROOT, "node_modules/pnpm/bin/pnpm.cjs");
const BUILT = [
  "apps/relay/dist/main.js",
  "apps/capture/dist/main.js",
  "apps/viewer/out/index.html",
];

/**
 * Resolves once everything is built, or the build was aborted; if it cannot be built, the builder's own output is printed.
 * @param options.env all that the builder gets of the environment
 * @returns whether it is built
 */
export async function build(options: {
  readonly say: (line: string) => void;
  readonly env: Environment;
  readonly signal: AbortSignal;
}): Promise<boolean> {
  const { say, env, signal } = options;
  if (!isWritable(ROOT)) {
    const built = BUILT.every((file) => existsSync(path.join(ROOT, file)));
    if (!built) say(`${ROOT} cannot be written to and holds no build, so nothing was started.`);
    return built;
  }
  const bin = path.join(ROOT, "node_modules/.bin");
  const builder = spawn(process.execPath, [PNPM, "run", "build"], {
    cwd: ROOT,
    env: {
      ...env,
      // turbo looks for pnpm there.
      PATH: [bin, env.PATH].filter(Boolean).join(path.delimiter),
      // What is installed was compared with the lockfile already.
      npm_config_verify_deps_before_run: "false",
    },
    stdio: ["ignore", "pipe", "pipe"],
    signal,
  });
  const output: Buffer[] = [];
  builder.stdout.on("data", (chunk: Buffer) => output.push(chunk));
  builder.stderr.on("data", (chunk: Buffer) => output.push(chunk));
  const timer = setTimeout(
    () => say("Building; the first time this takes about half a minute."),
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

/** A checkout of another user, or on a file system that is mounted read-only, is used as it was built. */
function isWritable(folder: string): boolean {
  try {
    accessSync(folder, constants.W_OK);
    return true;
  } catch {
    return false;
  }
}
