/** What all programs of the product share: how they read their settings, and when they end. */

export { type Command, commandLine, Option } from "./command-line.ts";
export { homeFolder } from "./data-folder.ts";
export { parseEnvFile } from "./env-file.ts";
export {
  type Environment,
  NO_ENV_FILE,
  readEnvironment,
  type Surroundings,
} from "./environment.ts";
export { addressOf } from "./host.ts";
export { LOG_LEVELS, type LogLevel } from "./log-level.ts";
export { AGENT_SETTINGS, RELAY_SETTINGS } from "./names.ts";
export { endWithParent, notifyParent, surviveLostOutput } from "./parent.ts";
export { privatePath, readPrivate, writePrivate } from "./private-file.ts";
