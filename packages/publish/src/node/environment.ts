/** The environment of the programs that publish. The only file of the agent and replay that reads `process.env`. */
import { AGENT_SETTINGS, type Environment, readEnvironment } from "@screen-share/program";

/**
 * Reads the process's environment and, for what it leaves unset, the `.env` at the root of the project.
 * @param program the program's own file, as `import.meta.url`
 * @param warn receives a sentence about each problem
 */
export function readPublisherEnvironment(
  program: string,
  warn: (sentence: string) => void,
): Environment {
  const { environment, warnings, unreadable } = readEnvironment({
    program,
    settings: AGENT_SETTINGS,
    env: process.env,
  });
  for (const warning of warnings) warn(warning);
  // The file may belong to the relay's user, and nothing in it is needed to share safely.
  if (unreadable !== undefined) warn(unreadable);
  offerProxies(environment);
  return environment;
}

/** The library that chooses a proxy reads only `process.env`, so the proxies that `.env` names are copied there. */
function offerProxies(environment: Environment): void {
  for (const name of ["HTTPS_PROXY", "HTTP_PROXY", "ALL_PROXY", "NO_PROXY"]) {
    for (const written of [name, name.toLowerCase()]) {
      const value = environment[written];
      if (value !== undefined) process.env[written] = value;
    }
  }
}

/** A variable that is empty counts as unset. */
export function given(value: string | undefined): string | undefined {
  return value?.trim() || undefined;
}
