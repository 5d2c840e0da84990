/** What all programs of the product share: how they read their settings, and when they end. */

export { type Command, commandLine, Option } from "./command-line.ts";
export { parseEnvFile } from "./env-file.ts";
export {
  addressOf,
  type Environment,
  given,
  LOG_LEVELS,
  type LogLevel,
  NO_ENV_FILE,
  readEnvironment,
  type Surroundings,
} from "./environment.ts";
export { AGENT_SETTINGS, RELAY_SETTINGS } from "./names.ts";
export { endWithParent, notifyParent, surviveLostOutput } from "./parent.ts";
export { homeFolder, privatePath, readPrivate, writePrivate } from "./private-file.ts";
