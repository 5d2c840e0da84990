/** The command line and the settings of `pnpm replay`: those of the agent that concern a relay, and a few of its own. */
import { commandLine, type Environment } from "@screen-share/program";
import {
  type Flags,
  mustBePrivate,
  RELAY_DEFAULTS,
  RELAY_NAMES,
  readCommandLine,
  readSettings,
  relaySettings,
} from "@screen-share/publish/node";
import * as z from "zod";
import packageJson from "../package.json" with { type: "json" };

const DEFAULT_SPEED = "1";
const SPEED = "must be a number from 0.1 to 100";

const schema = relaySettings
  .extend({
    file: z.string("must be named"),
    speed: z
      .string()
      .regex(/^\d{0,3}(\.\d{1,9})?$/, SPEED)
      .transform(Number)
      .refine((speed) => speed >= 0.1 && speed <= 100, SPEED)
      .prefault(DEFAULT_SPEED),
    loop: z.literal(true).optional(),
    wait: z.literal(true).optional(),
    info: z.literal(true).optional(),
  })
  .superRefine(mustBePrivate);

export type ReplayConfig = z.infer<typeof schema>;

/** Reads the flags. `--help`, `--version` and unknown flags are answered here, and end the process. */
export function readReplayFlags(argv: readonly string[]): Flags {
  const command = commandLine("replay", packageJson.version)
    .description("Shows a recording (made by: pnpm capture --record FILE) to a relay's viewers.")
    .argument("<file>", "the recording")
    .option("--speed <n>", `multiple of the original speed, 0.1 to 100 (${DEFAULT_SPEED})`)
    .option("--loop", "start again at the end")
    .option("--wait", "start once a viewer is watching")
    .option("--info", "print what the recording contains, without a relay")
    .option("--server <url>", `the relay (SERVER_WS_URL; ${RELAY_DEFAULTS.server})`)
    .option("--room <name>", `the room (ROOM; ${RELAY_DEFAULTS.room})`)
    .option(
      "--insecure",
      "allow ws:// to other machines, where others on the network can read the screen",
    );
  readCommandLine(command, argv);
  return { ...command.opts(), file: command.processedArgs[0] };
}

/** Returns the settings, or a sentence about each problem. */
export function readReplayConfig(
  flags: Flags,
  environment: Environment,
): { readonly config: ReplayConfig } | { readonly problems: readonly string[] } {
  const result = readSettings(schema, { flags, environment, names: RELAY_NAMES });
  return "problems" in result ? result : { config: result.settings };
}
