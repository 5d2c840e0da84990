/** The agent's command line and settings, read once at start. Flags override the environment, which overrides the `.env` file. */

import { commandLine, type Environment, given, Option } from "@screen-share/program";
import { MAX_SIDE } from "@screen-share/protocol";
import {
  ENCODER_CHOICES,
  type Flags,
  mustBePrivate,
  RELAY_DEFAULTS,
  RELAY_NAMES,
  readCommandLine,
  readSettings,
  relaySettings,
  type SettingNames,
} from "@screen-share/publish/node";
import * as z from "zod";
import packageJson from "../package.json" with { type: "json" };

/** The exit code if there was no display to capture at start. Scripts rely on it. */
export const EXIT_NO_DISPLAY = 3;

const DEFAULTS = {
  ...RELAY_DEFAULTS,
  fps: "10",
  quality: "60",
  maxQuality: "90",
  adaptive: "on",
  maxDimension: "2560",
  source: "screen",
  encoder: "auto",
} as const;

/** `auto` shows the test card until there is a screen. */
const SOURCE_CHOICES = ["screen", "test", "auto"] as const;

const NAMES = {
  ...RELAY_NAMES,
  fps: { variable: "FRAME_RATE", flag: "--fps" },
  quality: { variable: "JPEG_QUALITY", flag: "--quality" },
  maxQuality: { variable: "MAX_QUALITY", flag: "--max-quality" },
  adaptive: { variable: "ADAPTIVE_QUALITY", flag: "--adaptive" },
  maxDimension: { variable: "MAX_DIMENSION", flag: "--max-dimension" },
  monitor: { variable: "MONITOR", flag: "--monitor" },
} as const satisfies SettingNames;

export const SETTING_NAMES: readonly string[] = Object.values(NAMES).map(
  ({ variable }) => variable,
);

function wholeNumber(from: number, to: number) {
  const message = `must be a whole number from ${from} to ${to}`;
  return z
    .string()
    .regex(/^\d{1,9}$/, message)
    .transform(Number)
    .refine((n) => n >= from && n <= to, message);
}

const schema = relaySettings
  .extend({
    fps: wholeNumber(1, 60).prefault(DEFAULTS.fps),
    quality: wholeNumber(1, 100).prefault(DEFAULTS.quality),
    /** For static areas. Undefined if they are not repainted. */
    maxQuality: z
      .string()
      .regex(/^(off|[1-9]\d?|100)$/, "must be a whole number from 1 to 100, or off")
      .transform((text) => (text === "off" ? undefined : Number(text)))
      .prefault(DEFAULTS.maxQuality),
    /** Whether changing areas may be encoded more coarsely on a slow link. */
    adaptive: z
      .enum(["on", "off"], "must be on or off")
      .default(DEFAULTS.adaptive)
      .transform((word) => word === "on"),
    maxDimension: wholeNumber(1, MAX_SIDE).prefault(DEFAULTS.maxDimension),
    monitor: z.string().optional(),
    source: z.enum(SOURCE_CHOICES).default(DEFAULTS.source),
    encoder: z.enum(ENCODER_CHOICES).default(DEFAULTS.encoder),
    record: z.string().optional(),
    list: z.literal(true).optional(),
    endLinks: z.literal(true).optional(),
    /** Whether to revoke the links that earlier runs gave out. */
    freshLinks: z.literal(true).optional(),
  })
  .superRefine(mustBePrivate);

export interface X11Settings {
  /** Such as ":0". */
  readonly display: string;
  /** The file with its key. Undefined for the default file. */
  readonly xauthority: string | undefined;
}

export type CaptureConfig = z.infer<typeof schema> & {
  /** Undefined if DISPLAY is not set. */
  readonly x11: X11Settings | undefined;
  /** Whether this is a Wayland session. Its DISPLAY is XWayland's, unless the user set it to another server. */
  readonly wayland: boolean;
};

/** Reads the flags. `--help`, `--version` and unknown flags are answered here, and end the process. */
export function readFlags(argv: readonly string[]): Flags {
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
    .option("--end-links", "revoke all viewer links given out so far, print a new one and exit");
  return readCommandLine(command, argv).opts();
}

/** Returns the settings, or a sentence about each problem. */
export function readConfig(
  flags: Flags,
  environment: Environment,
): { readonly config: CaptureConfig } | { readonly problems: readonly string[] } {
  const result = readSettings(schema, { flags, environment, names: NAMES });
  if ("problems" in result) return result;
  const wayland =
    given(environment.WAYLAND_DISPLAY) !== undefined || environment.XDG_SESSION_TYPE === "wayland";
  const display = given(environment.DISPLAY);
  const x11 =
    display === undefined ? undefined : { display, xauthority: given(environment.XAUTHORITY) };
  return { config: { ...result.settings, x11, wayland } };
}
