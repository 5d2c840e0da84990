/** The settings of `start`, and what each program that it runs gets to see of them: only its own, and so no other's secret. */
import { parseArgs } from "node:util";
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

/** The environment, and behind it the `.env` at the root of the project. */
export function readSettings(): Surroundings {
  return readEnvironment({ program: import.meta.url, settings: ALL, env: process.env });
}

export interface ChildEnvironments {
  readonly relay: Environment;
  readonly agent: Environment;
  /** For what needs no settings at all, such as the build. */
  readonly bare: Environment;
}

/** @param environment of `start` itself */
export function childEnvironments(environment: Environment): ChildEnvironments {
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

/** The room that the agent will share in, as it will read it itself. */
export function roomOf(args: readonly string[], settings: Environment): string | undefined {
  const options = { room: { type: "string" } } as const;
  const { values } = parseArgs({ args: [...args], options, strict: false });
  return typeof values.room === "string" && values.room !== "" ? values.room : settings.ROOM;
}
