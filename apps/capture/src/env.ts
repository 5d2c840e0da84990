/** The settings around the process. The only file that reads `process.env`. */
import {
  AGENT_SETTINGS,
  type Environment,
  readEnvironment as readSurroundings,
} from "@screen-share/program";

export type { Environment };

/**
 * The process's environment, and behind it the `.env` at the root of the project.
 * @param warn receives what is wrong with them, a sentence each
 */
export function readEnvironment(warn: (sentence: string) => void): Environment {
  const { environment, warnings, unreadable } = readSurroundings({
    program: import.meta.url,
    settings: AGENT_SETTINGS,
    env: process.env,
  });
  for (const warning of warnings) warn(warning);
  // The file may belong to the relay's user, and nothing in it is needed to share safely.
  if (unreadable !== undefined) warn(unreadable);
  offerProxies(environment);
  return environment;
}

/** The library that chooses a proxy looks for it in `process.env` alone, so what `.env` names must be there as well. */
function offerProxies(environment: Environment): void {
  for (const name of ["HTTPS_PROXY", "HTTP_PROXY", "ALL_PROXY", "NO_PROXY"]) {
    for (const written of [name, name.toLowerCase()]) {
      const value = environment[written];
      if (value !== undefined) process.env[written] = value;
    }
  }
}

/** A variable that is set to nothing counts as unset. */
export function given(value: string | undefined): string | undefined {
  return value?.trim() || undefined;
}
