/** What the command lines of all programs that publish to a relay have in common. */
import type { Command } from "commander";

/** Reads it. `--help`, `--version` and unknown flags are answered here, and end the process. */
export function readCommandLine(command: Command, argv: readonly string[]): Command {
  return command
    .addHelpText(
      "after",
      "\nIn brackets: the variable that sets the same, in the environment or a .env file, and what\n" +
        "holds if nothing does; flags win. The token of a protected relay comes from\n" +
        "PRODUCER_TOKEN only, since command lines are public. LOG_LEVEL (info) is debug, info, warn,\n" +
        "error or silent.",
    )
    .allowExcessArguments(false)
    .parse([...argv], { from: "user" });
}
