/** The settings of `start`, and the environments of the programs that it runs: each gets only its own settings, and no other secret. */
import {
  AGENT_SETTINGS,
  type Environment,
  NO_ENV_FILE,
  RELAY_SETTINGS,
  readEnvironment,
  type Surroundings,
} from "@screen-share/program";

const ALL: readonly string[] = [...new Set([...RELAY_SETTINGS, ...AGENT_SETTINGS])];
/** `start` decides these itself: the agent shares to the relay beside it. */
const DECIDED: readonly string[] = ["SERVER_WS_URL", "PRODUCER_TOKEN"];

/** The environment, and below it the `.env` at the root of the project. */
export function readSettings(): Surroundings {
  return readEnvironment({ program: import.meta.url, settings: ALL, env: process.env });
}

/** @param environment that of `start` itself. @returns those of the relay and the agent and, without any settings, that of the build */
export function childEnvironments(environment: Environment) {
  const without = (names: readonly string[]) =>
    Object.fromEntries(Object.entries(environment).filter(([name]) => !names.includes(name)));
  const notOf = (settings: readonly string[]) => ALL.filter((name) => !settings.includes(name));
  const read = { [NO_ENV_FILE]: "1" };
  return {
    relay: { ...without(notOf(RELAY_SETTINGS)), ...read },
    agent: { ...without([...notOf(AGENT_SETTINGS), ...DECIDED]), ...read },
    bare: without(ALL),
  };
}
