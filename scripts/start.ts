/**
 * `pnpm start`: the whole product on this machine. Builds, runs the relay (which serves the viewer) and the agent, restarts
 * either one that crashes, and ends with the program that started it. `start.mjs` runs this.
 */
import { fileURLToPath } from "node:url";
import { type Environment, surviveLostOutput } from "@screen-share/program";
import { watchAncestors } from "./start/ancestors.ts";
import { readArguments, USAGE, withoutRecording } from "./start/arguments.ts";
import { build } from "./start/build.ts";
import { type Child, messageOf, runChild } from "./start/child.ts";
import { type LanSettings, lanSettings, reachableHost } from "./start/lan.ts";
import { childEnvironments, readSettings, roomOf } from "./start/settings.ts";

const RESTART_DELAY_MS = 1000;
/** How long the agent's own token holds; it gets another one whenever it is started. */
const TOKEN_TTL = "30d";

/**
 * Arguments of the agent before those that were typed: the test card until there is a screen, and no need for wss://, because what it
 * sends to the relay beside it never leaves this machine, even if the relay listens on an outer address only.
 */
const AGENT_DEFAULTS = ["--source", "auto", "--insecure"];

/** Ends the links of earlier runs. An agent that is started again in the same run keeps those that it has given out. */
const FRESH_LINKS = "--fresh-links";

const program = (path: string) => fileURLToPath(new URL(`../apps/${path}`, import.meta.url));
const RELAY = program("relay/dist/main.js");
const MINT = program("relay/dist/mint.js");
const AGENT = program("capture/dist/main.js");
const say = (line: string) => process.stdout.write(`${line}\n`);

type Message = Readonly<Record<string, unknown>>;

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

/** Runs the relay for as long as we live. Resolves once it first listens, and whether it asks for tokens. */
async function keepRelay(env: Environment): Promise<{ port: number; guarded: boolean }> {
  const relay = runChild(RELAY, { env, args: ["--quiet"] });
  children.set("relay", relay);
  const listening = await messageOf(relay, "listening");
  // It has told why.
  if (!listening) return await stop(1);
  void relay.exited.then(async ({ code }) => {
    if (stopping.signal.aborted) return;
    if (code === 0) return await stop(0);
    say("The relay ended unexpectedly; starting it again.");
    await new Promise((resolve) => setTimeout(resolve, RESTART_DELAY_MS));
    if (!stopping.signal.aborted) await keepRelay(env);
  });
  return { port: Number(listening.port), guarded: listening.guarded === true };
}

/** A token for the agent, and the port of the relay that takes it. */
async function mintToken(env: Environment, room = "main"): Promise<Message> {
  const args = ["--role", "producer", "--room", room, "--expires", TOKEN_TTL];
  const mint = runChild(MINT, { env, args });
  // It has told why.
  return (await messageOf(mint, "token")) ?? (await stop(1));
}

/** Runs the agent for as long as we live. */
async function keepAgent(
  settings: () => Promise<Environment>,
  args: readonly string[],
): Promise<void> {
  const agent = runChild(AGENT, { env: await settings(), args: [...AGENT_DEFAULTS, ...args] });
  children.set("agent", agent);
  let shared = false;
  void messageOf(agent, "sharing").then((message) => {
    if (!message) return;
    shared = true;
    say("Sharing; Ctrl-C ends it.");
  });
  const { code } = await agent.exited;
  if (stopping.signal.aborted) return;
  // Settings that it refuses: it has told why. Once it has shared, it can only have crashed.
  if (code === 0 || (code !== null && !shared)) return await stop(code);
  const kept = args.filter((arg) => arg !== FRESH_LINKS);
  const again = withoutRecording(kept);
  const rest = again.length < kept.length ? ", without --record: the recording has ended" : "";
  say(`The agent ended unexpectedly; starting it again${rest}.`);
  await new Promise((resolve) => setTimeout(resolve, RESTART_DELAY_MS));
  if (!stopping.signal.aborted) await keepAgent(settings, again);
}

surviveLostOutput();
for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) {
  process.on(signal, () => void stop(0));
}
watchAncestors(() => void stop(0));

const {
  lan,
  keepLinks,
  port: typedPort,
  help,
  server,
  answered,
  agent: args,
} = readArguments(process.argv.slice(2));
if (help) say(USAGE);
else if (server) {
  say("start runs a relay of its own. To share to another one: pnpm capture --server …");
  await stop(1);
} else if (typedPort === "") {
  say("--port needs a number, such as --port 8080.");
  await stop(1);
}
const { environment, warnings, unreadable } = readSettings();
for (const warning of warnings) say(warning);
if (unreadable !== undefined) {
  say(unreadable);
  await stop(1);
}
const settings = typedPort === undefined ? environment : { ...environment, PORT: typedPort };
const env = childEnvironments(settings);
if (!(await build({ say, env: env.bare, signal: stopping.signal }))) await stop(1);
const room = roomOf(args, settings);
const forLan = await settingsForLan();
const relayEnv: Environment = { ...env.relay, ...forLan.environment };

async function settingsForLan(): Promise<LanSettings> {
  if (!lan) return { environment: {}, notices: [] };
  const found = await lanSettings(settings);
  if (!("problem" in found)) return found;
  say(found.problem);
  return await stop(1);
}

function agentEnv(port: unknown, token: unknown): Environment {
  return {
    ...env.agent,
    // The links of the relay beside it lead where it says.
    ...(relayEnv.VIEWER_URL === undefined ? {} : { VIEWER_URL: relayEnv.VIEWER_URL }),
    // That relay is on this machine, whichever of its addresses it listens on.
    NO_PROXY: "*",
    no_proxy: "*",
    SERVER_WS_URL: `ws://${reachableHost(relayEnv.HOST)}:${port}/ws/producer`,
    ...(token === undefined ? {} : { PRODUCER_TOKEN: String(token) }),
    // One thread is enough for one grab at a time, and what it allocates stays its own: a fifth less CPU time.
    UV_THREADPOOL_SIZE: "1",
  };
}

/** Runs the agent for its answer alone. */
async function answer(env: Environment): Promise<never> {
  const agent = runChild(AGENT, { env, args: [...AGENT_DEFAULTS, ...args] });
  children.set("agent", agent);
  const { code } = await agent.exited;
  return await stop(code ?? 1);
}

if (answered) await answer(env.agent);
if (args.includes("--end-links")) {
  const { port, token } = await mintToken(relayEnv, room);
  await answer(agentEnv(port, token));
}
const { port, guarded } = await keepRelay(relayEnv);
for (const notice of forLan.notices) say(notice);
const links = lan && !keepLinks ? [FRESH_LINKS] : [];
await keepAgent(async () => {
  const minted = guarded ? await mintToken(relayEnv, room) : undefined;
  return agentEnv(port, minted?.token);
}, [...args, ...links]);
