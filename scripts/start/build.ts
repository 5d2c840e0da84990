/** Brings the build up to date, quietly unless it fails or takes a while. */
import { spawn } from "node:child_process";

const ANNOUNCE_AFTER_MS = 3000;

/**
 * Resolves once everything is built, or was called off; if it cannot be built, the builder's own words are printed.
 * @returns whether it is built
 */
export async function build(say: (line: string) => void, signal: AbortSignal): Promise<boolean> {
  const pnpm = process.env.npm_execpath;
  const [command, args] = pnpm?.endsWith("js")
    ? [process.execPath, [pnpm, "run", "build"]]
    : ["pnpm", ["run", "build"]];
  const builder = spawn(command, args, {
    env: { ...process.env, NEXT_TELEMETRY_DISABLED: "1", TURBO_TELEMETRY_DISABLED: "1" },
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
