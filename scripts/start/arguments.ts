/** The arguments of `start`: its own options, and those that it passes on to the agent. */
import { type Command, commandLine, Option } from "@screen-share/program";

const DESCRIPTION =
  "Shares this screen: builds everything, runs the relay and the agent, and restarts either if it crashes.";
const NOTES = `
All other options are those of the agent, such as --room, --fps, --record, --list and --end-links. Only --server is not accepted,
because start runs its own relay; to share through another one, use: pnpm capture --server …`;

/** The agent answers these without sharing anything. */
const ANSWERED: readonly string[] = ["--help", "-h", "--version", "-V", "--list"];

/** Options as typed. */
interface StartFlags {
  readonly lan?: true;
  readonly keepLinks?: true;
  readonly port?: string;
  readonly server?: string | true;
  readonly room?: string;
  readonly record?: string;
}

/**
 * Reads the arguments behind the script's name. Mistakes in its own options are reported here, and end the process.
 * @returns its options; all other arguments, for the agent; and whether the agent only answers them, without a relay
 */
export function readArguments(argv: readonly string[]) {
  // npm users type `start -- --fps 20`.
  const given = argv.filter((arg, i) => i > 0 || arg !== "--");
  const command = startCommand().parse(given, { from: "user" });
  const agent = command.args;
  return {
    ...command.opts<StartFlags>(),
    agent,
    help: agent.includes("--help") || agent.includes("-h"),
    answered: agent.some((arg) => ANSWERED.includes(arg)),
  };
}

export function printHelp(): void {
  startCommand().outputHelp();
}

function startCommand(): Command {
  return (
    commandLine("start")
      .description(DESCRIPTION)
      .option("--lan", "let others on this network watch, by a link with a token in it")
      .option("--keep-links", "with --lan: keep the links of earlier runs valid")
      .option("--port <number>", "port of the relay and its page (PORT; 8000)")
      // The agent's, but read here as well.
      .addOption(new Option("--server [url]").hideHelp())
      .addOption(new Option("--room <name>").hideHelp())
      .addOption(new Option("--record <file>").hideHelp())
      .addHelpText("after", NOTES)
      // The agent prints its own help below.
      .helpOption(false)
      .allowUnknownOption()
      .allowExcessArguments()
  );
}
