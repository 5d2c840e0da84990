/** The agent's settings, read once at start. Flags override the environment, which overrides the `.env` file. */

import type { Environment } from "@screen-share/program";
import { MAX_SIDE } from "@screen-share/protocol";
import {
  ENCODER_CHOICES,
  given,
  mustBePrivate,
  RELAY_NAMES,
  readSettings,
  relaySettings,
  type SettingNames,
} from "@screen-share/publish/node";
import * as z from "zod";
import { DEFAULTS } from "./defaults.ts";
import { type CaptureFlags, SOURCE_CHOICES } from "./flags.ts";

const NAMES = {
  ...RELAY_NAMES,
  fps: { variable: "FRAME_RATE", flag: "--fps" },
  quality: { variable: "JPEG_QUALITY", flag: "--quality" },
  maxQuality: { variable: "MAX_QUALITY", flag: "--max-quality" },
  adaptive: { variable: "ADAPTIVE_QUALITY", flag: "--adaptive" },
  maxDimension: { variable: "MAX_DIMENSION", flag: "--max-dimension" },
  monitor: { variable: "MONITOR", flag: "--monitor" },
} as const satisfies SettingNames;

/** The names of all variables. */
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
    /** The file to record to. */
    record: z.string().optional(),
    list: z.literal(true).optional(),
    endLinks: z.literal(true).optional(),
    /** Whether to end the links that earlier runs gave out. */
    freshLinks: z.literal(true).optional(),
  })
  .superRefine(mustBePrivate);

export type CaptureConfig = z.infer<typeof schema> & {
  /** Undefined if DISPLAY is not set. */
  readonly x11: X11Settings | undefined;
  /** Whether this is a Wayland session. Its DISPLAY is XWayland's, unless the user set it to another server. */
  readonly wayland: boolean;
};

/** An X display. */
export interface X11Settings {
  /** Such as ":0". */
  readonly display: string;
  /** The file with its key. Undefined for the default file. */
  readonly xauthority: string | undefined;
}

/** Returns the settings, or a sentence about each problem. */
export function readConfig(
  flags: CaptureFlags,
  environment: Environment,
): { readonly config: CaptureConfig } | { readonly problems: readonly string[] } {
  const result = readSettings(schema, { flags, environment, names: NAMES });
  if ("problems" in result) return result;
  const wayland =
    given(environment.WAYLAND_DISPLAY) !== undefined || environment.XDG_SESSION_TYPE === "wayland";
  return { config: { ...result.settings, x11: x11Of(environment), wayland } };
}

function x11Of(environment: Environment): X11Settings | undefined {
  const display = given(environment.DISPLAY);
  if (display === undefined) return undefined;
  return { display, xauthority: given(environment.XAUTHORITY) };
}
