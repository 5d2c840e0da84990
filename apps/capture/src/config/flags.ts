/** The command line: words only, as they were typed. `config.ts` judges what they mean. */
import { commandLine, Option } from "@screen-share/program";
import { ENCODER_CHOICES, readCommandLine } from "@screen-share/publish/node";
import packageJson from "../../package.json" with { type: "json" };
import { DEFAULTS } from "./defaults.ts";

/** `auto` is the test card until there is a screen. */
export const SOURCE_CHOICES = ["screen", "test", "auto"] as const;

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
  readonly record?: string;
  readonly list?: true;
  readonly endLinks?: true;
  readonly freshLinks?: true;
  readonly insecure?: true;
}

/** Reads the flags. `--help`, `--version` and unknown flags are answered here, and end the process. */
export function readFlags(argv: readonly string[]): Flags {
  const command = commandLine("capture", packageJson.version)
    .description("Shares this screen, live, with everyone who has the viewer link. View only.")
    .option("--server <url>", `the relay to share through (SERVER_WS_URL; ${DEFAULTS.server})`)
    .option("--room <name>", `the room to share in (ROOM; ${DEFAULTS.room})`)
    .option("--fps <n>", `updates a second at most, 1 to 60 (FRAME_RATE; ${DEFAULTS.fps})`)
    .option("--quality <n>", `JPEG quality, 1 to 100 (JPEG_QUALITY; ${DEFAULTS.quality})`)
    .option(
      "--max-quality <n>",
      `JPEG quality of what is still, or off (MAX_QUALITY; ${DEFAULTS.maxQuality})`,
    )
    .option(
      "--adaptive <on|off>",
      `coarser pictures where the link is slow (ADAPTIVE_QUALITY; ${DEFAULTS.adaptive})`,
    )
    .option(
      "--max-dimension <px>",
      `scale down what is longer on one side (MAX_DIMENSION; ${DEFAULTS.maxDimension})`,
    )
    .option(
      "--monitor <which>",
      "id, index or name of the monitor, see --list (MONITOR; the primary one)",
    )
    .addOption(
      new Option("--source <kind>", `what to share (${DEFAULTS.source})`).choices(SOURCE_CHOICES),
    )
    .addOption(
      new Option("--encoder <name>", `who makes the JPEGs (${DEFAULTS.encoder})`).choices(
        ENCODER_CHOICES,
      ),
    )
    .option("--record <file>", "also write what is published to this new file; see pnpm replay")
    .option("--insecure", "allow ws:// beyond this machine, where others can read along")
    .option("--fresh-links", "begin with a new viewer link: those given out before no longer work")
    .option("--list", "list the monitors, and stop")
    .option("--end-links", "end all viewer links given out so far, print a new one, and stop");
  return readCommandLine(command, argv).opts<Flags>();
}
