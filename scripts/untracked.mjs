/** `node scripts/untracked.mjs COMMAND…`: runs a tool from node_modules/.bin without the usage data that it would send to its authors. */
import { spawn } from "node:child_process";

const [command = "", ...args] = process.argv.slice(2);
const tool = spawn(command, args, {
  env: { ...process.env, NEXT_TELEMETRY_DISABLED: "1", TURBO_TELEMETRY_DISABLED: "1" },
  stdio: "inherit",
  shell: process.platform === "win32",
});
// The terminal also sends Ctrl-C to the tool, and this process ends with the tool.
process.on("SIGINT", () => undefined);
for (const signal of ["SIGTERM", "SIGHUP"]) process.on(signal, () => tool.kill(signal));
tool.once("error", (error) => {
  process.stderr.write(`${command} cannot be run: ${error.message}\n`);
  process.exitCode = 1;
});
tool.once("exit", (code, signal) => {
  process.exitCode = code ?? (signal ? 1 : 0);
});
