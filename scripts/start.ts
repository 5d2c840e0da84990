/** `pnpm start`: builds the product, runs the relay, which serves the viewer, and the agent, and restarts either if it crashes. */
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { type Environment, surviveLostOutput } from "@screen-share/program";
import { watchAncestors } from "./start/ancestors.ts";
import { printHelp, readArguments } from "./start/arguments.ts";
import { build } from "./start/build.ts";
import { type Child, messageOf, runChild } from "./start/child.ts";
import { lanSettings, reachableHost } from "./start/lan.ts";
import { childEnvironments, readSettings } from "./start/settings.ts";

const RESTART_DELAY_MS = 1000;
/** How long the agent's token is valid. The agent gets a new one at every start. */
const TOKEN_TTL = "30d";
/** Before the typed options. The test card is shown until there is a screen. No wss:// is needed, since the traffic stays on this machine. */
const AGENT_DEFAULTS = ["--source", "auto", "--insecure"];
/** Revokes the links of earlier runs. */
const FRESH_LINKS = "--fresh-links";

const program = (path: string) => fileURLToPath(new URL(`../apps/${path}`, import.meta.url));
const RELAY = program("relay/dist/main.js");
const MINT = program("relay/dist/mint.js");
const AGENT = program("capture/dist/main.js");

const children = new Map<"relay" | "agent", Child>();
const stopping = new AbortController();

function print(line: string): void {
  process.stdout.write(`${line}\n`);
}

async function stop(exitCode: number): Promise<never> {
  if (!stopping.signal.aborted) {
    stopping.abort();
    await Promise.all([...children.values()].map((child) => child.stop()));
    process.exit(exitCode);
  }
  return await new Promise<never>(() => undefined);
}

async function fail(problem: string): Promise<never> {
  print(problem);
  return await stop(1);
}

/** Keeps the relay running. Resolves once it listens for the first time, with whether it requires tokens. */
async function keepRelay(env: Environment): Promise<{ port: number; guarded: boolean }> {
  const relay = runChild(RELAY, env, ["--quiet"]);
  children.set("relay", relay);
  const listening = await messageOf(relay, "listening");
  // It has printed the reason.
  if (!listening) return await stop(1);
  void relay.exited.then(async ({ code }) => {
    if (stopping.signal.aborted) return;
    if (code === 0) return await stop(0);
    print("The relay ended unexpectedly; restarting it.");
    await sleep(RESTART_DELAY_MS);
    if (!stopping.signal.aborted) await keepRelay(env);
  });
  return { port: Number(listening.port), guarded: listening.guarded === true };
}

/** Makes a token for the agent. The answer also has the relay's port. */
async function mintToken(env: Environment, room = "main") {
  const mint = runChild(MINT, env, ["--role", "producer", "--room", room, "--expires", TOKEN_TTL]);
  // It has printed the reason.
  return (await messageOf(mint, "token")) ?? (await stop(1));
}

function runAgent(env: Environment, args: readonly string[]): Child {
  const agent = runChild(AGENT, env, [...AGENT_DEFAULTS, ...args]);
  children.set("agent", agent);
  return agent;
}

/** Keeps the agent running. @param firstArgs for its first run only: links are revoked once, and a recording is never overwritten */
async function keepAgent(
  settings: () => Promise<Environment>,
  args: readonly string[],
  firstArgs: readonly string[],
): Promise<void> {
  const agent = runAgent(await settings(), [...args, ...firstArgs]);
  const shared = (await messageOf(agent, "sharing")) !== undefined;
  if (shared) print("Sharing. Press Ctrl-C to stop.");
  const { code } = await agent.exited;
  if (stopping.signal.aborted) return;
  // It refused its settings and has printed the reason. Once it has shared, it can only have crashed.
  if (code === 0 || (code !== null && !shared)) return await stop(code);
  const recorded = firstArgs.includes("--record");
  const rest = recorded ? " without --record, because the recording has ended" : "";
  print(`The agent ended unexpectedly; restarting it${rest}.`);
  await sleep(RESTART_DELAY_MS);
  if (!stopping.signal.aborted) await keepAgent(settings, args, []);
}

/** Runs the agent for an answer, without keeping it. */
async function answer(env: Environment, args: readonly string[]): Promise<never> {
  const { code } = await runAgent(env, args).exited;
  return await stop(code ?? 1);
}

surviveLostOutput();
for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) {
  process.on(signal, () => void stop(0));
}
watchAncestors(() => void stop(0));

const typed = readArguments(process.argv.slice(2));
if (typed.help) printHelp();
else if (typed.server !== undefined) {
  await fail("start runs its own relay. To share through another one: pnpm capture --server …");
}
const { environment, warnings, unreadable } = readSettings();
for (const warning of warnings) print(warning);
if (unreadable !== undefined) await fail(unreadable);
const settings = typed.port === undefined ? environment : { ...environment, PORT: typed.port };
const env = childEnvironments(settings);
if (!(await build({ print, env: env.bare, signal: stopping.signal }))) await stop(1);

if (typed.answered) await answer(env.agent, typed.agent);

const room = typed.room || settings.ROOM;
const rest = typed.agent.filter((arg) => arg !== FRESH_LINKS);
const args = room === undefined ? rest : ["--room", room, ...rest];
const found = typed.lan ? await lanSettings(settings) : { environment: {}, notices: [] };
const forLan = "problem" in found ? await fail(found.problem) : found;
const relayEnv: Environment = { ...env.relay, ...forLan.environment };

function agentEnv(port: unknown, token: unknown): Environment {
  return {
    ...env.agent,
    // The agent prints links to the address that the relay is configured with.
    ...(relayEnv.VIEWER_URL === undefined ? {} : { VIEWER_URL: relayEnv.VIEWER_URL }),
    // The relay is on this machine, whichever of its addresses it listens on.
    NO_PROXY: "*",
    no_proxy: "*",
    SERVER_WS_URL: `ws://${reachableHost(relayEnv.HOST)}:${port}/ws/producer`,
    ...(token === undefined ? {} : { PRODUCER_TOKEN: String(token) }),
    // One thread is enough for one grab at a time, and keeps its memory: a fifth less CPU time.
    UV_THREADPOOL_SIZE: "1",
  };
}

if (args.includes("--end-links")) {
  const { port, token } = await mintToken(relayEnv, room);
  await answer(agentEnv(port, token), args);
}
const { port, guarded } = await keepRelay(relayEnv);
for (const notice of forLan.notices) print(notice);
const endsLinks = typed.agent.includes(FRESH_LINKS) || (typed.lan && !typed.keepLinks);
const firstArgs = [
  ...(typed.record === undefined ? [] : ["--record", typed.record]),
  ...(endsLinks ? [FRESH_LINKS] : []),
];
const freshEnv = async () =>
  agentEnv(port, guarded ? (await mintToken(relayEnv, room)).token : undefined);
await keepAgent(freshEnv, args, firstArgs);
