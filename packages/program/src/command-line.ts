/** The command lines of all programs, by commander, so that help, versions and errors look the same everywhere. */
import { Command } from "commander";

export { type Command, Option } from "commander";

/**
 * The command line of `pnpm NAME`, without options yet. Its `parse` answers `--help`, `--version` and mistakes, and ends the process.
 * @param version printed by `--version`; there is no such flag without it
 */
export function commandLine(name: string, version?: string): Command {
  const command = new Command(`pnpm ${name}`).allowExcessArguments(false);
  return version === undefined ? command : command.version(version);
}
