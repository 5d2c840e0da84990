/**
 * The settings of every program that publishes to a relay, and how settings are read: flags override the environment, and all problems are
 * reported at once. The only file of the agent and replay that reads `process.env`.
 */
import {
  AGENT_SETTINGS,
  type Command,
  type Environment,
  given,
  LOG_LEVELS,
  readEnvironment,
} from "@screen-share/program";
import { DEFAULT_ROOM, isLoopback, PRODUCER_PATH, ROOM_NAME } from "@screen-share/protocol";
import * as z from "zod";
import { readServerAddress, viewerLinkIn } from "./server-address.ts";
import { complain } from "./terminal.ts";

/** Flags as typed. Flags that were not given are absent. */
export type Flags = Readonly<Record<string, string | true>>;

/** Where each setting comes from, which is also its name in messages. */
export type SettingNames = Readonly<
  Record<string, { readonly variable: string; readonly flag: string | undefined }>
>;

/** The defaults, as a user would type them. */
export const RELAY_DEFAULTS = {
  server: `ws://localhost:8000${PRODUCER_PATH}`,
  room: DEFAULT_ROOM,
} as const;

export const RELAY_NAMES = {
  server: { variable: "SERVER_WS_URL", flag: "--server" },
  token: { variable: "PRODUCER_TOKEN", flag: undefined },
  room: { variable: "ROOM", flag: "--room" },
  viewerUrl: { variable: "VIEWER_URL", flag: undefined },
  logLevel: { variable: "LOG_LEVEL", flag: undefined },
} as const satisfies SettingNames;

const server = z.string().transform((text, context) => {
  const address = readServerAddress(text);
  if ("url" in address) return address.url;
  context.addIssue({ code: "custom", message: address.problem });
  return z.NEVER;
});

/** The relay, the room, and the token for it. */
export const relaySettings = z.object({
  server: server.prefault(RELAY_DEFAULTS.server),
  token: z
    .string()
    // People copy the whole header.
    .transform((text) => text.replace(/^Bearer\s+/i, "").replace(/^(["'])(.*)\1$/, "$2"))
    .pipe(
      z
        .string()
        .regex(/^[\x21-\x7e]{1,4096}$/, "contains characters that no token has, or is too long"),
    )
    .optional(),
  room: z
    .string()
    .regex(ROOM_NAME, "must be 1 to 64 letters, digits, - or _")
    .default(RELAY_DEFAULTS.room),
  /** The viewer page, if it is not the relay's own. Links to any other page are not printed. */
  viewerUrl: z
    .url({ protocol: /^https?$/, error: "must be an address that begins with http:// or https://" })
    .optional(),
  insecure: z.literal(true).optional(),
  logLevel: z.enum(LOG_LEVELS, `must be one of ${LOG_LEVELS.join(", ")}`).default("info"),
});

export type RelaySettings = z.output<typeof relaySettings>;

const VIEWERS_TOKEN =
  "PRODUCER_TOKEN must be set: the token in that link is for viewers and cannot share a screen. `pnpm mint --role producer`, run where the relay runs, creates one that can.";

/** A check for schemas of relay settings: anyone on the network path can read the screen and the token over ws://. */
export function mustBePrivate(
  settings: Pick<RelaySettings, "server" | "insecure">,
  context: z.RefinementCtx,
): void {
  const { server, insecure } = settings;
  if (server.startsWith("wss:") || insecure || isLoopback(new URL(server).hostname)) return;
  const message =
    "must begin with wss://, or others on the network can read the screen and the token; --insecure allows that";
  context.addIssue({ code: "custom", path: ["server"], message });
}

/** Returns the settings, of which flags override the environment, or a sentence about each problem. */
export function readSettings<T extends z.ZodType>(
  schema: T,
  { flags, environment, names }: { flags: Flags; environment: Environment; names: SettingNames },
): { readonly settings: z.output<T> } | { readonly problems: readonly string[] } {
  const fromEnvironment = Object.fromEntries(
    Object.entries(names).map(([key, { variable }]) => [key, given(environment[variable])]),
  );
  const fromFlags = Object.entries(flags).filter(([, value]) => value !== "");
  const typed = { ...fromEnvironment, ...Object.fromEntries(fromFlags) };
  const link = viewerLinkIn(String(typed.server ?? ""));
  const result = schema.safeParse({ ...typed, room: typed.room ?? link.room });
  const problems =
    result.error?.issues.map(({ path: [key], message }) => `${nameOf(names, key)} ${message}.`) ??
    [];
  if (link.token && typed.token === undefined) problems.push(VIEWERS_TOKEN);
  return result.success && problems.length === 0 ? { settings: result.data } : { problems };
}

function nameOf(names: SettingNames, key: PropertyKey | undefined): string {
  const entry = names[String(key)];
  if (!entry) return `--${String(key)}`;
  return entry.flag ? `${entry.variable} (${entry.flag})` : entry.variable;
}

/** Reads the flags. `--help`, `--version` and unknown flags are answered here, and end the process. */
export function readCommandLine(command: Command, argv: readonly string[]): Command {
  return command
    .addHelpText(
      "after",
      "\nIn brackets: the equivalent variable, and the default. Variables come from the\n" +
        "environment or from the file .env at the root of the project (never in the current folder);\n" +
        "flags override them. The token of a protected relay is read from PRODUCER_TOKEN only, because\n" +
        "command lines are public. LOG_LEVEL is debug, info (the default), warn, error or silent. Relays\n" +
        "on other machines are reached through the proxy that HTTPS_PROXY, HTTP_PROXY or ALL_PROXY\n" +
        "names, unless NO_PROXY excludes them.",
    )
    .parse([...argv], { from: "user" });
}

/**
 * Reads the process's environment and, for what it leaves unset, the `.env` at the root of the project. Prints each problem.
 * @param program the program's own file, as `import.meta.url`
 */
export function readPublisherEnvironment(program: string, warn = complain): Environment {
  const { environment, warnings, unreadable } = readEnvironment({
    program,
    settings: AGENT_SETTINGS,
    env: process.env,
  });
  for (const warning of warnings) warn(warning);
  // The file may belong to the relay's user, and nothing in it is needed to share safely.
  if (unreadable !== undefined) warn(unreadable);
  offerProxies(environment);
  return environment;
}

/** The library that chooses a proxy reads only `process.env`, so the proxies that `.env` names are copied there. */
function offerProxies(environment: Environment): void {
  for (const name of ["HTTPS_PROXY", "HTTP_PROXY", "ALL_PROXY", "NO_PROXY"]) {
    for (const written of [name, name.toLowerCase()]) {
      const value = environment[written];
      if (value !== undefined) process.env[written] = value;
    }
  }
}
