/** The command line of `pnpm replay`: words only, as they were typed. */
import { commandLine } from "@screen-share/program";
import { RELAY_DEFAULTS, readCommandLine } from "@screen-share/publish/node";
import packageJson from "../package.json" with { type: "json" };

/** As it was. */
export const DEFAULT_SPEED = "1";

/** Settings as typed; those that were not are absent. */
export interface ReplayFlags {
  readonly file: string;
  readonly speed?: string;
  readonly loop?: true;
  readonly wait?: true;
  readonly info?: true;
  readonly server?: string;
  readonly room?: string;
  readonly insecure?: true;
}

/** Reads the flags. `--help`, `--version` and unknown flags are answered here, and end the process. */
export function readReplayFlags(argv: readonly string[]): ReplayFlags {
  const command = commandLine("replay", packageJson.version)
    .description("Shows a recording (made by: pnpm capture --record FILE) to a relay's viewers.")
    .argument("<file>", "the recording")
    .option("--speed <n>", `how many times as fast as it was, 0.1 to 100 (${DEFAULT_SPEED})`)
    .option("--loop", "begin anew at the end")
    .option("--wait", "begin once somebody watches")
    .option("--info", "only tell what is in it, without any relay")
    .option(
      "--server <url>",
      `the relay to show it through (SERVER_WS_URL; ${RELAY_DEFAULTS.server})`,
    )
    .option("--room <name>", `the room to show it in (ROOM; ${RELAY_DEFAULTS.room})`)
    .option("--insecure", "allow ws:// beyond this machine, where others can read along");
  readCommandLine(command, argv);
  return { ...command.opts<Omit<ReplayFlags, "file">>(), file: command.processedArgs[0] };
}
