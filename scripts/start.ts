/**
 * `pnpm start`: the whole product on this machine. Builds, runs the relay (which serves the viewer) and the agent, restarts
 * either one that crashes, and outlives neither them nor whoever started it.
 */
import { fileURLToPath } from "node:url";
import { watchAncestors } from "./start/ancestors.ts";
import { build } from "./start/build.ts";
import { type Child, runChild, waitForListening } from "./start/child.ts";

/** The agent's exit code for "there is no display here" (apps/capture/src/main.ts). */
const EXIT_NO_DISPLAY = 3;
const RESTART_DELAY_MS = 1000;

const app = (name: string) =>
  fileURLToPath(new URL(`../apps/${name}/dist/main.js`, import.meta.url));
const say = (line: string) => process.stdout.write(`${line}\n`);

const children = new Map<"relay" | "agent", Child>();
const stopping = new AbortController();

async function stop(exitCode: number): Promise<never> {
  if (!stopping.signal.aborted) {
    stopping.abort();
    await Promise.all([...children.values()].map((child) => child.stop()));
    process.exit(exitCode);
  }
  return await new Promise<never>(() => undefined);
}

/** Runs the relay for as long as we live. Resolves once it first listens. */
async function keepRelay(): Promise<number> {
  const relay = runChild(app("relay"), { env: { LOG_LEVEL: process.env.LOG_LEVEL ?? "warn" } });
  children.set("relay", relay);
  const port = await waitForListening(relay);
  // It has told why.
  if (port === undefined) return await stop(1);
  void relay.exited.then(async ({ code }) => {
    if (stopping.signal.aborted) return;
    if (code === 0) return await stop(0);
    say("The relay ended unexpectedly; starting it again.");
    await new Promise((resolve) => setTimeout(resolve, RESTART_DELAY_MS));
    if (!stopping.signal.aborted) await keepRelay();
  });
  return port;
}

/** Runs the agent for as long as we live. */
async function keepAgent(
  env: Record<string, string>,
  args: readonly string[],
  fallback: readonly string[] = ["--source", "test"],
): Promise<void> {
  const agent = runChild(app("capture"), { env, args });
  children.set("agent", agent);
  const { code } = await agent.exited;
  if (stopping.signal.aborted) return;
  if (code === EXIT_NO_DISPLAY && fallback.length > 0) {
    say("So this shows the built-in test card instead of a screen.");
    return await keepAgent(env, [...args, ...fallback], []);
  }
  // Settings that it refuses, or a place that somebody else has: it has told why.
  if (code === 0 || code === 1) return await stop(code);
  say("The agent ended unexpectedly; starting it again.");
  await new Promise((resolve) => setTimeout(resolve, RESTART_DELAY_MS));
  if (!stopping.signal.aborted) await keepAgent(env, args, fallback);
}

for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) {
  process.on(signal, () => void stop(0));
}
watchAncestors(() => void stop(0));

if (!(await build(say, stopping.signal))) await stop(1);
const port = await keepRelay();
say("Sharing this screen; Ctrl-C ends it.");
const serverUrl = `ws://localhost:${port}/ws/producer`;
// One thread is enough for one grab at a time, and what it allocates stays its own: a fifth less CPU time.
const env = { SERVER_WS_URL: serverUrl, UV_THREADPOOL_SIZE: "1" };
await keepAgent(env, process.argv.slice(2));
