/** `next dev`, with the worker's program built anew whenever its source changes; reload the page to have it. */
import { spawn } from "node:child_process";
import { watch } from "rolldown";
import config from "../rolldown.config.ts";

const { output, ...input } = config;
// next.config.ts expects this name while it develops.
const watcher = watch({ ...input, output: { ...output, entryFileNames: "[name].js" } });
await new Promise<void>((resolve) =>
  watcher.on("event", (event) => {
    if (event.code === "ERROR") console.error(event.error);
    if (event.code === "END") resolve();
  }),
);
const next = spawn("next", ["dev", ...process.argv.slice(2)], { stdio: "inherit" });
// The terminal tells all three of Ctrl-C; the two others end by themselves.
process.on("SIGINT", () => undefined);
next.on("exit", async (code) => {
  await watcher.close();
  process.exitCode = code ?? 0;
});
