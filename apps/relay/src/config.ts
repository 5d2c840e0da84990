/** The relay's settings, read once at boot. All problems are reported together, in plain words. */
import { totalmem } from "node:os";
import {
  addressOf,
  type Environment,
  LOG_LEVELS,
  RELAY_SETTINGS,
  readEnvironment,
} from "@screen-share/program";
import { TRUSTED_HOSTS } from "@screen-share/protocol";
import { MIN_SECRET_BYTES, type TokenKey, tokenKey } from "@screen-share/protocol/token";
import { z } from "zod";
import { TRUSTED_HEADERS } from "./access/client-address.ts";
import { TRANSPORTS } from "./transport/choose.ts";

/** The memory of this machine, or of the container, bytes. */
const MEMORY = Math.min(process.constrainedMemory() || Number.POSITIVE_INFINITY, totalmem());
/** For pictures. JPEGs composed of them take up to half as much again. */
const PICTURE_BYTES = Math.floor(MEMORY / 4);
/** Held for clients that do not read. With less than two of the largest messages, no slow client would get one. */
const HELD_BYTES = Math.max(32 * 2 ** 20, Math.floor(MEMORY / 8));
/** Viewers of all rooms: at least this many, and one for each 64 KiB of memory. */
const VIEWERS = Math.max(1000, Math.floor(MEMORY / (64 * 1024)));
/** For unfinished messages; at least two of the longest must fit. */
const UNFINISHED_BYTES = Math.floor(MEMORY / 8);
const UNFINISHED_MESSAGES = 2;
const HOUR_MS = 3_600_000;
const UNIT_MS = { ms: 1, s: 1000, m: 60_000, min: 60_000, h: HOUR_MS, d: 24 * HOUR_MS } as const;

/** "10m", "90 s", "12h" … in ms. Undefined for anything else. */
export function parseDuration(text: string): number | undefined {
  const [, count, unit] = /^(\d{1,9})\s*(ms|s|m|min|h|d)$/.exec(text) ?? [];
  return unit === undefined ? undefined : Number(count) * UNIT_MS[unit as keyof typeof UNIT_MS];
}

/** An origin as browsers send it. A trailing slash is removed. */
function originOf(text: string): string | undefined {
  if (!URL.canParse(text)) return undefined;
  const { origin, href } = new URL(text);
  if (origin !== "null") return href === `${origin}/` ? origin : undefined;
  // Browser extensions, and apps in a web view, have schemes that the URL standard does not know.
  const bare = text.replace(/\/$/, "").toLowerCase();
  return /^[a-z][a-z0-9+.-]*:\/\/[^\s/?#@]+$/.test(bare) ? bare : undefined;
}

/** A source of `frame-ancestors` (CSP Level 3, §6.4.2). */
function frameAncestorOf(text: string): string | undefined {
  const word = text.toLowerCase().replaceAll("'", "");
  return word === "none" || word === "self" ? `'${word}'` : originOf(text);
}

/** A value of any kind. @param parse returns undefined for anything else */
function value<T>(parse: (text: string) => T | undefined, message: (text: string) => string) {
  return z.string().transform((text, context) => {
    const parsed = parse(text);
    if (parsed !== undefined) return parsed;
    context.addIssue({ code: "custom", message: message(text) });
    return z.NEVER;
  });
}

/** Values separated by commas or spaces. */
function list<T>(item: z.ZodType<T, string>, empty: string) {
  const split = z.string().transform((text) => text.split(/[\s,]+/).filter(Boolean));
  return split.pipe(z.array(item).min(1, empty));
}

function whole(min: number, max: number) {
  const message = `must be a whole number from ${min} to ${max}`;
  return z
    .string()
    .regex(/^\d+$/, message)
    .transform(Number)
    .pipe(z.number(message).min(min, message).max(max, message));
}

const duration = value(parseDuration, () => 'must be a time such as "90s", "10m" or "12h"');

const host = value(
  addressOf,
  (text) =>
    `must be an address of this machine, such as 127.0.0.1, 0.0.0.0 or ::, and not "${text}"`,
);

const origins = list(
  value(originOf, (text) => `"${text}" is not an origin such as https://screen.example.com`),
  "names no origin",
);

const frameAncestors = list(
  value(
    frameAncestorOf,
    (text) => `"${text}" must be an origin such as https://intranet.example.com, self or none`,
  ),
  "must be none, self, or origins",
)
  .refine((sources) => sources.length === 1 || !sources.includes("'none'"), {
    message: "must contain nothing else if it is none",
  })
  .transform((sources) => sources.join(" "));

/** The UTF-8 bytes as they are, as any other program that mints tokens would use them. */
const secret = z
  .string()
  .refine((text) => Buffer.byteLength(text) >= MIN_SECRET_BYTES, {
    message: `must have at least ${MIN_SECRET_BYTES} bytes; make one with: openssl rand -base64 33`,
  })
  .transform(tokenKey);

const settings = z.object({
  HOST: host.default("127.0.0.1"),
  PORT: whole(0, 65_535).default(8000),
  AUTH_SECRET: secret.optional(),
  AUTH_SECRET_PREVIOUS: secret.optional(),
  LINK_TTL: duration.refine((ms) => ms > 0, "must not be zero").default(12 * HOUR_MS),
  QUERY_TOKENS: z
    .enum(["on", "off"], { message: "must be on or off" })
    .default("on")
    .transform((word) => word === "on"),
  TRUST_PROXY: z
    .string()
    .toLowerCase()
    .pipe(z.enum(TRUSTED_HEADERS, { message: `must be ${TRUSTED_HEADERS.join(" or ")}` }))
    .optional(),
  FRAME_ANCESTORS: frameAncestors.default("'none'"),
  ALLOWED_ORIGINS: origins.default([]),
  VIEWER_URL: z
    .url({ protocol: /^https?$/, message: "must be an http or https address" })
    .refine(
      // Links name the relay in the fragment if the page knows several (P-91).
      (text) => !text.includes("@") && /^[^#]*(#relay=[^#&\s]+)?$/.test(text),
      "must contain no user or password, and no fragment except #relay=… for a page that knows several relays",
    )
    .optional(),
  MAX_VIEWERS_PER_ROOM: whole(1, 1_000_000).default(1000),
  MAX_ROOMS: whole(1, 1_000_000).default(1000),
  MAX_MESSAGE_BYTES: whole(1024, 32 * 2 ** 20).default(16 * 2 ** 20),
  MAX_PICTURE_MEMORY: whole(2 ** 20, Number.MAX_SAFE_INTEGER).default(PICTURE_BYTES),
  PICTURE_TTL: duration.default(600_000),
  METRICS_HOST: host.default("127.0.0.1"),
  METRICS_PORT: whole(0, 65_535).optional(),
  TRANSPORT: z.enum(TRANSPORTS, { message: `must be ${TRANSPORTS.join(", ")}` }).default("auto"),
  // Anything that stops a relay waits minutes at most before it kills the process.
  STOP_DELAY: duration.refine((ms) => ms <= HOUR_MS, "must be at most one hour").default(0),
  LOG_LEVEL: z.enum(LOG_LEVELS, { message: `must be one of ${LOG_LEVELS.join(", ")}` }).optional(),
});

export const SETTING_NAMES: readonly string[] = Object.keys(settings.shape);

export type RelayConfig = Omit<z.infer<typeof settings>, "AUTH_SECRET" | "AUTH_SECRET_PREVIOUS"> & {
  /** The secret that signs tokens, and the previous one. None: this relay requires no tokens. */
  readonly keys: readonly TokenKey[];
  /** Viewers of all rooms together. */
  readonly maxViewers: number;
  readonly maxHeldBytes: number;
  /** All messages together that have arrived only in part, bytes. */
  readonly maxUnfinishedBytes: number;
};

/** What is wrong with the settings, one line for each problem. */
export class ConfigError extends Error {
  override readonly name = "ConfigError";
}

/** @param env like `process.env`; empty values count as unset. @throws ConfigError with all problems */
export function parseConfig(env: Environment): RelayConfig {
  const given = Object.fromEntries(Object.entries(env).filter(([, value]) => value !== ""));
  const result = settings.safeParse(given);
  const problems = [
    ...(result.error?.issues.map(({ path, message }) => `${String(path[0])} ${message}`) ?? []),
    ...secrecyProblems(given),
  ];
  if (!result.success || problems.length > 0) throw new ConfigError(problems.join("\n"));
  const { AUTH_SECRET, AUTH_SECRET_PREVIOUS, ...config } = result.data;
  return {
    ...config,
    maxHeldBytes: HELD_BYTES,
    maxViewers: VIEWERS,
    maxUnfinishedBytes: Math.max(UNFINISHED_MESSAGES * config.MAX_MESSAGE_BYTES, UNFINISHED_BYTES),
    keys: [AUTH_SECRET, AUTH_SECRET_PREVIOUS].filter((key) => key !== undefined),
  };
}

/** What a relay without a secret must not do. */
function secrecyProblems({ HOST, AUTH_SECRET, AUTH_SECRET_PREVIOUS }: Environment): string[] {
  if (AUTH_SECRET !== undefined) return [];
  const problems: string[] = [];
  const address = addressOf(HOST ?? "");
  if (address !== undefined && !TRUSTED_HOSTS.includes(address)) {
    problems.push(
      "AUTH_SECRET must be set, otherwise anybody who can reach the relay could watch: make one with openssl rand -base64 33. Without it, HOST must be this machine alone (127.0.0.1, localhost or ::1)",
    );
  }
  if (AUTH_SECRET_PREVIOUS !== undefined) {
    problems.push("AUTH_SECRET_PREVIOUS only helps to rotate a secret: set AUTH_SECRET too");
  }
  return problems;
}

/**
 * The settings of this process, and warnings for the log. Flags, by the names of settings, override the environment. Ends the process if
 * the settings are invalid. @param failure the first line of the error message
 */
export function readConfig(failure: string, flags: Environment = {}) {
  const { environment, warnings, unreadable } = readEnvironment({
    program: import.meta.url,
    settings: RELAY_SETTINGS,
    env: process.env,
  });
  if (unreadable !== undefined) fail(`${failure}:\n${unreadable}`);
  const typed = Object.entries(flags).filter(([, value]) => value !== undefined);
  try {
    return { config: parseConfig({ ...environment, ...Object.fromEntries(typed) }), warnings };
  } catch (error) {
    if (error instanceof ConfigError) fail(`${failure}:\n${error.message}`);
    throw error;
  }
}

/** Ends the process with a message for the person who started it. */
export function fail(message: string): never {
  process.stderr.write(`${message}\n`);
  process.exit(1);
}
