/**
 * The agent's settings, read once at start: flags over the environment over a `.env` file. All problems are told
 * at once and in plain words. The only file that reads `process.env`.
 */
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { DEFAULT_ROOM, MAX_SIDE, PRODUCER_PATH, ROOM_NAME } from "@screen-share/protocol";
import dotenv from "dotenv";
import * as z from "zod";
import { ENCODER_CHOICES } from "./encode/choose.ts";
import { type Flags, SOURCE_CHOICES } from "./flags.ts";
import { LOG_LEVELS } from "./log.ts";

/** From `dist/main.js` and from `src/config.ts` alike, this is the repository's root. */
const ROOT_ENV_FILE = fileURLToPath(new URL("../../../.env", import.meta.url));

/** Where each setting comes from, and so what to call it in a complaint. */
const NAMES = {
  server: { variable: "SERVER_WS_URL", flag: "--server" },
  token: { variable: "PRODUCER_TOKEN", flag: undefined },
  room: { variable: "ROOM", flag: "--room" },
  fps: { variable: "FRAME_RATE", flag: "--fps" },
  quality: { variable: "JPEG_QUALITY", flag: "--quality" },
  maxQuality: { variable: "MAX_QUALITY", flag: "--max-quality" },
  adaptive: { variable: "ADAPTIVE_QUALITY", flag: "--adaptive" },
  maxDimension: { variable: "MAX_DIMENSION", flag: "--max-dimension" },
  monitor: { variable: "MONITOR", flag: "--monitor" },
  logLevel: { variable: "LOG_LEVEL", flag: undefined },
} as const;

function wholeNumber(from: number, to: number) {
  const message = `must be a whole number from ${from} to ${to}`;
  return z
    .string()
    .regex(/^\d{1,9}$/, message)
    .transform(Number)
    .refine((n) => n >= from && n <= to, message);
}

const server = z.string().transform((text, context) => {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  const problem =
    !url || !/^wss?:$/.test(url.protocol)
      ? "must be an address that begins with ws:// or wss://"
      : url.username || url.password || url.searchParams.has("token")
        ? "must not hold a secret; a token goes into PRODUCER_TOKEN"
        : undefined;
  if (!url || problem) {
    context.addIssue({ code: "custom", message: problem ?? "" });
    return z.NEVER;
  }
  url.hash = "";
  // Nothing else is at the root, so whoever names only the host means this.
  if (url.pathname === "/") url.pathname = PRODUCER_PATH;
  return url.href;
});

const settings = z.object({
  server: server.prefault(`ws://localhost:8000${PRODUCER_PATH}`),
  token: z
    .string()
    .regex(/^[\x21-\x7e]{1,4096}$/, "holds characters that no token has, or is too long")
    .optional(),
  room: z
    .string()
    .regex(ROOM_NAME, "must be 1 to 64 letters, digits, - or _")
    .default(DEFAULT_ROOM),
  fps: wholeNumber(1, 60).prefault("10"),
  quality: wholeNumber(1, 100).prefault("60"),
  /** Of what is still; undefined: it is not repainted. */
  maxQuality: z
    .string()
    .regex(/^(off|[1-9]\d?|100)$/, "must be a whole number from 1 to 100, or off")
    .transform((text) => (text === "off" ? undefined : Number(text)))
    .prefault("90"),
  /** Whether what moves may become coarser where the link is slow. */
  adaptive: z
    .enum(["on", "off"], "must be on or off")
    .default("on")
    .transform((word) => word === "on"),
  maxDimension: wholeNumber(1, MAX_SIDE).prefault("2560"),
  monitor: z.string().optional(),
  source: z.enum(SOURCE_CHOICES).default("screen"),
  encoder: z.enum(ENCODER_CHOICES).default("auto"),
  list: z.literal(true).optional(),
  endLinks: z.literal(true).optional(),
  insecure: z.literal(true).optional(),
  logLevel: z.enum(LOG_LEVELS, `must be one of ${LOG_LEVELS.join(", ")}`).default("info"),
});
/** Whoever is on the way reads what goes over ws://: the screen, and the token that opens it. */
const schema = settings.superRefine(({ server, insecure }, context) => {
  const { protocol, hostname } = new URL(server);
  if (protocol === "wss:" || insecure || LOOPBACK.test(hostname)) return;
  const message =
    "must begin with wss://, or others on the way can read the screen and the token; --insecure allows that";
  context.addIssue({ code: "custom", path: ["server"], message });
});

/** Hosts that mean this machine (RFC 6761 §6.3, RFC 1122 §3.2.1.3). */
const LOOPBACK = /^(.+\.)?localhost$|^127(\.\d+){3}$|^\[::1\]$/;

export type Config = z.infer<typeof schema> & { readonly x11: X11Settings | undefined };

/** The X display that shows this session's screen. */
export interface X11Settings {
  /** Such as ":0". */
  readonly display: string;
  /** The file with the key to it; unset for the usual one. */
  readonly xauthority: string | undefined;
}

type Environment = Readonly<Record<string, string | undefined>>;

/**
 * The settings, or everything that is wrong with them, a sentence each.
 * @param flags as typed; they win
 * @param environment the process's own with that of `.env` behind it, see `readEnvironment`
 */
export function readConfig(
  flags: Flags,
  environment: Environment,
): { readonly config: Config } | { readonly problems: readonly string[] } {
  const fromEnvironment = Object.fromEntries(
    Object.entries(NAMES).map(([key, { variable }]) => [key, given(environment[variable])]),
  );
  const fromFlags = Object.entries(flags).filter(([, value]) => value !== "");
  const result = schema.safeParse({ ...fromEnvironment, ...Object.fromEntries(fromFlags) });
  if (result.success) return { config: { ...result.data, x11: x11Of(environment) } };
  return {
    problems: result.error.issues.map(({ path: [key], message }) => `${nameOf(key)} ${message}.`),
  };
}

/** The process's environment, and behind it the `.env` at the repository's root, or else in this directory. */
export function readEnvironment(files: readonly string[] = [ROOT_ENV_FILE, ".env"]): Environment {
  const contents = files.map(contentOf).find((content) => content !== undefined);
  const own = Object.entries(process.env).filter(([, value]) => given(value) !== undefined);
  return { ...dotenv.parse(contents ?? ""), ...Object.fromEntries(own) };
}

/** On Wayland there is none: what answers at DISPLAY there is XWayland, whose root window stays black. */
function x11Of(environment: Environment): X11Settings | undefined {
  const display = given(environment.DISPLAY);
  const wayland =
    given(environment.WAYLAND_DISPLAY) !== undefined || environment.XDG_SESSION_TYPE === "wayland";
  if (display === undefined || wayland) return undefined;
  return { display, xauthority: given(environment.XAUTHORITY) };
}

/** A variable that is set to nothing counts as unset. */
function given(value: string | undefined): string | undefined {
  return value?.trim() || undefined;
}

function contentOf(file: string): string | undefined {
  try {
    return readFileSync(file, "utf8");
  } catch {
    return undefined;
  }
}

function nameOf(key: PropertyKey | undefined): string {
  const entry = Object.entries(NAMES).find(([name]) => name === key)?.[1];
  if (!entry) return `--${String(key)}`;
  return entry.flag ? `${entry.variable} (${entry.flag})` : entry.variable;
}
