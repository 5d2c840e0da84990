/** The agent's settings, read once at start: flags over the environment over a `.env` file. */

import type { Environment } from "@screen-share/program";
import { MAX_SIDE } from "@screen-share/protocol";
import {
  ENCODER_CHOICES,
  given,
  mustBePrivate,
  type Names,
  RELAY_NAMES,
  readSettings,
  relaySettings,
} from "@screen-share/publish/node";
import * as z from "zod";
import { DEFAULTS } from "./defaults.ts";
import { type Flags, SOURCE_CHOICES } from "./flags.ts";

const NAMES = {
  ...RELAY_NAMES,
  fps: { variable: "FRAME_RATE", flag: "--fps" },
  quality: { variable: "JPEG_QUALITY", flag: "--quality" },
  maxQuality: { variable: "MAX_QUALITY", flag: "--max-quality" },
  adaptive: { variable: "ADAPTIVE_QUALITY", flag: "--adaptive" },
  maxDimension: { variable: "MAX_DIMENSION", flag: "--max-dimension" },
  monitor: { variable: "MONITOR", flag: "--monitor" },
} as const satisfies Names;

/** The variables that set something. */
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
    /** Of what is still; undefined: it is not repainted. */
    maxQuality: z
      .string()
      .regex(/^(off|[1-9]\d?|100)$/, "must be a whole number from 1 to 100, or off")
      .transform((text) => (text === "off" ? undefined : Number(text)))
      .prefault(DEFAULTS.maxQuality),
    /** Whether what moves may become coarser where the link is slow. */
    adaptive: z
      .enum(["on", "off"], "must be on or off")
      .default(DEFAULTS.adaptive)
      .transform((word) => word === "on"),
    maxDimension: wholeNumber(1, MAX_SIDE).prefault(DEFAULTS.maxDimension),
    monitor: z.string().optional(),
    source: z.enum(SOURCE_CHOICES).default(DEFAULTS.source),
    encoder: z.enum(ENCODER_CHOICES).default(DEFAULTS.encoder),
    /** The file to write down in what is published. */
    record: z.string().optional(),
    list: z.literal(true).optional(),
    endLinks: z.literal(true).optional(),
    /** Whether links that earlier runs gave out are to end. */
    freshLinks: z.literal(true).optional(),
  })
  .superRefine(mustBePrivate);

export type Config = z.infer<typeof schema> & {
  /** Undefined if DISPLAY is not set. */
  readonly x11: X11Settings | undefined;
  /** Whether this is a Wayland session. Its DISPLAY leads to XWayland, unless the user set it to another server. */
  readonly wayland: boolean;
};

/** An X display. */
export interface X11Settings {
  /** Such as ":0". */
  readonly display: string;
  /** The file with the key to it; unset for the usual one. */
  readonly xauthority: string | undefined;
}

/** The settings, or everything that is wrong with them, a sentence each. */
export function readConfig(
  flags: Flags,
  environment: Environment,
): { readonly config: Config } | { readonly problems: readonly string[] } {
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
