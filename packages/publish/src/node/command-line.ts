/** What all programs that publish to a relay print below their options. */
import type { Command } from "@screen-share/program";

/** Reads the flags. `--help`, `--version` and unknown flags are answered here, and end the process. */
export function readCommandLine(command: Command, argv: readonly string[]): Command {
  return command
    .addHelpText(
      "after",
      "\nIn brackets: the variable that sets the same, and the default. Variables come from the\n" +
        "environment or from the file .env at the root of the project (never in the current folder);\n" +
        "flags override them. The token of a protected relay is read from PRODUCER_TOKEN only, because\n" +
        "command lines are public. LOG_LEVEL is debug, info (the default), warn, error or silent. Relays\n" +
        "on other machines are reached through the proxy that HTTPS_PROXY, HTTP_PROXY or ALL_PROXY\n" +
        "names, unless NO_PROXY excludes them.",
    )
    .parse([...argv], { from: "user" });
}
