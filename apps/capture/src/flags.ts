/** The command line, by commander: words only, as they were typed. What they mean is for `config.ts` to judge. */
import { Command, Option } from "commander";
import packageJson from "../package.json" with { type: "json" };
import { ENCODER_CHOICES } from "./encode/choose.ts";

export const SOURCE_CHOICES = ["screen", "test"] as const;

/** Settings as typed; those that were not are absent. */
export interface Flags {
  readonly server?: string;
  readonly room?: string;
  readonly fps?: string;
  readonly quality?: string;
  readonly maxQuality?: string;
  readonly adaptive?: string;
  readonly maxDimension?: string;
  readonly monitor?: string;
  readonly source?: string;
  readonly encoder?: string;
  readonly list?: true;
  readonly endLinks?: true;
  readonly insecure?: true;
}

/** Reads the flags. `--help`, `--version` and unknown flags are answered here, and end the process. */
export function readFlags(argv: readonly string[]): Flags {
  return new Command("screen-share")
    .description("Shares this screen, live, with everyone who has the viewer link. View only.")
    .version(packageJson.version)
    .option("--server <url>", "the relay to share through (SERVER_WS_URL)")
    .option("--room <name>", "the room to share in (ROOM)")
    .option("--fps <n>", "frames a second, 1 to 60 (FRAME_RATE)")
    .option("--quality <n>", "JPEG quality, 1 to 100 (JPEG_QUALITY)")
    .option("--max-quality <n>", "JPEG quality of what is still, or off (MAX_QUALITY)")
    .option("--adaptive <on|off>", "coarser pictures where the link is slow (ADAPTIVE_QUALITY)")
    .option("--max-dimension <px>", "scale down what is longer on one side (MAX_DIMENSION)")
    .option("--monitor <which>", "id, index or name of the monitor, see --list (MONITOR)")
    .addOption(new Option("--source <kind>", "what to share").choices(SOURCE_CHOICES))
    .addOption(new Option("--encoder <name>", "who makes the JPEGs").choices(ENCODER_CHOICES))
    .option("--insecure", "allow ws:// beyond this machine, where others can read along")
    .option("--list", "list the monitors, and stop")
    .option("--end-links", "end all viewer links given out so far, and stop")
    .addHelpText(
      "after",
      "\nSettings also come from the environment or a .env file; flags win. The token of a\n" +
        "protected relay comes from PRODUCER_TOKEN only, since command lines are public.",
    )
    .allowExcessArguments(false)
    .parse([...argv], { from: "user" })
    .opts<Flags>();
}
