/** The settings that are set: `.env` at the root of the project, and the real environment, which wins. */
import { existsSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { parse } from "dotenv";
import type { Environment } from "./lan.ts";

const ENV_FILE = fileURLToPath(new URL("../../.env", import.meta.url));

export function readSettings(): Environment {
  const file = existsSync(ENV_FILE) ? parse(readFileSync(ENV_FILE)) : {};
  const all = Object.entries({ ...file, ...nonEmpty(process.env) });
  return Object.fromEntries(all.filter((entry) => entry[1].trim() !== ""));
}

function nonEmpty(env: NodeJS.ProcessEnv): Environment {
  const set = Object.entries(env).flatMap(([name, value]) =>
    value?.trim() ? [[name, value]] : [],
  );
  return Object.fromEntries(set);
}

/** The room that the agent will share in, as it will read it itself. */
export function roomOf(args: readonly string[], settings: Environment): string | undefined {
  const options = { room: { type: "string" } } as const;
  const { values } = parseArgs({ args: [...args], options, strict: false });
  return typeof values.room === "string" && values.room !== "" ? values.room : settings.ROOM;
}
