/**
 * `pnpm start`: the whole product on this machine. Builds, runs the relay (which serves the viewer) and the agent, restarts
 * either one that crashes, and outlives neither them nor whoever started it.
 */
import { fileURLToPath } from "node:url";
import { watchAncestors } from "./start/ancestors.ts";
import { build } from "./start/build.ts";
import { type Child, messageOf, runChild } from "./start/child.ts";

/** The agent's exit code for "there is no display here" (apps/capture/src/exit-codes.ts). */
const EXIT_NO_DISPLAY = 3;
const RESTART_DELAY_MS = 1000;
/** Questions that the agent answers without sharing anything. */
const ANSWERED: readonly string[] = ["--help", "-h", "--version", "-V", "--list"];

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

/** The port that a relay says it listens on, or undefined if it ends before. */
async function listeningPort(relay: Child): Promise<number | undefined> {
  const message = await messageOf(relay, "listening");
  return typeof message?.port === "number" ? message.port : undefined;
}

/** Runs the relay for as long as we live. Resolves once it first listens. */
async function keepRelay(): Promise<number> {
  const relay = runChild(app("relay"), { args: ["--quiet"] });
  children.set("relay", relay);
  const port = await listeningPort(relay);
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
  let shared = false;
  void messageOf(agent, "sharing").then((message) => {
    if (!message) return;
    shared = true;
    say("Sharing; Ctrl-C ends it.");
  });
  const { code } = await agent.exited;
  if (stopping.signal.aborted) return;
  if (code === EXIT_NO_DISPLAY && fallback.length > 0) {
    say("So this shows the built-in test card instead of a screen.");
    return await keepAgent(env, [...args, ...fallback], []);
  }
  // Settings that it refuses: it has told why. Once it has shared, it can only have crashed.
  if (code === 0 || (code !== null && !shared)) return await stop(code);
  say("The agent ended unexpectedly; starting it again.");
  await new Promise((resolve) => setTimeout(resolve, RESTART_DELAY_MS));
  if (!stopping.signal.aborted) await keepAgent(env, args, fallback);
}

for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) {
  process.on(signal, () => void stop(0));
}
watchAncestors(() => void stop(0));

if (!(await build(say, stopping.signal))) await stop(1);
// npm's users write `start -- --fps 20`.
const args = process.argv.slice(2).filter((arg, i) => i > 0 || arg !== "--");
if (args.some((arg) => ANSWERED.includes(arg))) {
  const agent = runChild(app("capture"), { args });
  children.set("agent", agent);
  const { code } = await agent.exited;
  await stop(code ?? 1);
}
const port = await keepRelay();
await keepAgent(
  {
    SERVER_WS_URL: `ws://localhost:${port}/ws/producer`,
    // One thread is enough for one grab at a time, and what it allocates stays its own: a fifth less CPU time.
    UV_THREADPOOL_SIZE: "1",
  },
  args,
);
