/** What all programs that publish to a relay print below their options, and how they read them. */
import type { Command } from "@screen-share/program";

/** Reads the flags. `--help`, `--version` and unknown flags are answered here, and end the process. */
export function readCommandLine(command: Command, argv: readonly string[]): Command {
  return command
    .addHelpText(
      "after",
      "\nIn brackets: the variable that sets the same, in the environment or in the file .env at the\n" +
        "root of the project (never of the current folder), and the default. Flags win. The token of\n" +
        "a protected relay comes from PRODUCER_TOKEN only, since command lines are public. LOG_LEVEL\n" +
        "(info) is debug, info, warn, error or silent. Relays beyond this machine are reached through\n" +
        "the proxy that HTTPS_PROXY, HTTP_PROXY or ALL_PROXY names, unless NO_PROXY excepts them.",
    )
    .parse([...argv], { from: "user" });
}
