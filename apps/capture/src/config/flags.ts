/** The command line: words only, as they were typed. `config.ts` judges what they mean. */
import { commandLine, Option } from "@screen-share/program";
import { ENCODER_CHOICES, readCommandLine } from "@screen-share/publish/node";
import packageJson from "../../package.json" with { type: "json" };
import { DEFAULTS } from "./defaults.ts";

/** `auto` shows the test card until there is a screen. */
export const SOURCE_CHOICES = ["screen", "test", "auto"] as const;

/** Flags as typed. Those that were not given are absent. */
export interface CaptureFlags {
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
export function readFlags(argv: readonly string[]): CaptureFlags {
  const command = commandLine("capture", packageJson.version)
    .description("Shares this screen, live, with everyone who has the viewer link. View only.")
    .option("--server <url>", `the relay (SERVER_WS_URL; ${DEFAULTS.server})`)
    .option("--room <name>", `the room (ROOM; ${DEFAULTS.room})`)
    .option("--fps <n>", `maximum updates per second, 1 to 60 (FRAME_RATE; ${DEFAULTS.fps})`)
    .option("--quality <n>", `JPEG quality, 1 to 100 (JPEG_QUALITY; ${DEFAULTS.quality})`)
    .option(
      "--max-quality <n>",
      `JPEG quality of areas unchanged for 500 ms, or off (MAX_QUALITY; ${DEFAULTS.maxQuality})`,
    )
    .option(
      "--adaptive <on|off>",
      `lower the quality on a slow link (ADAPTIVE_QUALITY; ${DEFAULTS.adaptive})`,
    )
    .option(
      "--max-dimension <px>",
      `scale the picture down to this on its longer side (MAX_DIMENSION; ${DEFAULTS.maxDimension})`,
    )
    .option(
      "--monitor <which>",
      "id, index or name of the monitor, see --list (MONITOR; the primary monitor)",
    )
    .addOption(
      new Option("--source <kind>", `what to share (${DEFAULTS.source})`).choices(SOURCE_CHOICES),
    )
    .addOption(
      new Option("--encoder <name>", `the JPEG encoder (${DEFAULTS.encoder})`).choices(
        ENCODER_CHOICES,
      ),
    )
    .option("--record <file>", "also record what is published to this new file; see pnpm replay")
    .option(
      "--insecure",
      "allow ws:// to other machines, where others on the network can read the screen",
    )
    .option("--fresh-links", "start with a new viewer link; links given out before stop working")
    .option("--list", "list the monitors and exit")
    .option("--end-links", "end all viewer links given out so far, print a new one and exit");
  return readCommandLine(command, argv).opts<CaptureFlags>();
}
