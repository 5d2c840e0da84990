/** The relay's settings, read from the environment once at boot. All problems are reported together, in plain words. */
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

/** Of the memory that there is, the part that pictures may take; what is made of them takes about as much again. */
const PICTURE_SHARE = 1 / 4;
/** The part that may be held for clients that do not read. */
const HELD_SHARE = 1 / 8;
/** Two of the largest messages: with less, no slow client would get one. */
const MIN_HELD_BYTES = 32 * 2 ** 20;
/** The memory that there must be for each viewer, bytes; and the fewest viewers that a relay takes. */
const VIEWER_BYTES = 64 * 1024;
const MIN_VIEWERS = 1000;
/** Of the memory that there is, the part that unfinished messages may take; a few of the longest must fit. */
const UNFINISHED_SHARE = 1 / 8;
const UNFINISHED_MESSAGES = 2;
/** Whoever stops a relay gives it minutes at most before they kill it. */
const MAX_STOP_DELAY_MS = 3_600_000;

/** A page that knows several relays is told by its links which one is meant (P-91). */
const VIEWER_FRAGMENT = /^[^#]*(#relay=[^#&\s]+)?$/;

const DURATION = /^(\d{1,9})\s*(ms|s|m|min|h|d)$/;
const UNIT_MS: Readonly<Record<string, number>> = {
  ms: 1,
  s: 1000,
  m: 60_000,
  min: 60_000,
  h: 3_600_000,
  d: 86_400_000,
};

/** "10m", "90 s", "12h" … as ms; undefined for what is no such time. */
export function parseDuration(text: string): number | undefined {
  const [, count, unit] = DURATION.exec(text) ?? [];
  const factor = UNIT_MS[unit ?? ""];
  return factor === undefined ? undefined : Number(count) * factor;
}

const duration = z.string().transform((text, context) => {
  const ms = parseDuration(text);
  if (ms !== undefined) return ms;
  context.addIssue({ code: "custom", message: 'must be a time such as "90s", "10m" or "12h"' });
  return z.NEVER;
});

function whole(min: number, max: number) {
  const message = `must be a whole number from ${min} to ${max}`;
  return z
    .string()
    .regex(/^\d+$/, message)
    .transform(Number)
    .refine((n) => n >= min && n <= max, message);
}

const host = z.string().transform((text, context) => {
  const address = addressOf(text);
  if (address !== undefined) return address;
  const message = `must be an address of this machine, such as 127.0.0.1, 0.0.0.0 or ::, and not "${text}"`;
  context.addIssue({ code: "custom", message });
  return z.NEVER;
});

/** Of the pages of browser extensions and of apps in a web view, whose scheme the URL standard does not know. */
const APP_ORIGIN = /^[a-z][a-z0-9+.-]*:\/\/[^\s/?#@]+$/;

/** An origin as browsers send it; a slash at its end is left out. */
function originOf(text: string): string | undefined {
  if (!URL.canParse(text)) return undefined;
  const { origin, href } = new URL(text);
  if (origin !== "null") return href === `${origin}/` ? origin : undefined;
  const bare = text.replace(/\/$/, "").toLowerCase();
  return APP_ORIGIN.test(bare) ? bare : undefined;
}

const origins = z.string().transform((text, context) => {
  const list = text.split(/[\s,]+/).filter(Boolean);
  if (list.length === 0) context.addIssue({ code: "custom", message: "names no origin" });
  return list.map((origin) => {
    const message = `"${origin}" is not an origin such as https://screen.example.com`;
    const known = originOf(origin);
    if (known === undefined) context.addIssue({ code: "custom", message });
    return known ?? "";
  });
});

/** The UTF-8 bytes as they are: what any other program that mints tokens would take them for. */
const secret = z
  .string()
  .refine((text) => Buffer.byteLength(text) >= MIN_SECRET_BYTES, {
    message: `must have at least ${MIN_SECRET_BYTES} bytes; make one with: openssl rand -base64 33`,
  })
  .transform(tokenKey);

/** As the source list of the directive `frame-ancestors` (CSP Level 3, §6.4.2). */
const frameAncestors = z.string().transform((text, context) => {
  const sources = text.split(/[\s,]+/).filter(Boolean);
  if (sources.length === 0) {
    context.addIssue({ code: "custom", message: "must be none, self, or origins" });
  }
  const words = ["none", "self"].map((word) => [`'${word}'`, word]);
  return sources
    .map((source) => {
      const word = words.find((names) => names.includes(source.toLowerCase()));
      if (word && (sources.length === 1 || word[1] === "self")) return word[0];
      const origin = originOf(source);
      if (origin !== undefined) return origin;
      const message = `"${source}" must be an origin such as https://intranet.example.com, or self; or none, by itself`;
      context.addIssue({ code: "custom", message });
      return "";
    })
    .join(" ");
});

const settings = z.object({
  HOST: host.default("127.0.0.1"),
  PORT: whole(0, 65_535).default(8000),
  AUTH_SECRET: secret.optional(),
  AUTH_SECRET_PREVIOUS: secret.optional(),
  LINK_TTL: duration.refine((ms) => ms > 0, "must be longer than nothing").default(12 * 3_600_000),
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
    .url({ protocol: /^https?$/, message: "must be a http(s) address" })
    .refine(
      (text) => !text.includes("@") && VIEWER_FRAGMENT.test(text),
      "must hold no user or password, and no fragment but #relay=… for a page that knows several relays",
    )
    .optional(),
  MAX_VIEWERS_PER_ROOM: whole(1, 1_000_000).default(1000),
  MAX_ROOMS: whole(1, 1_000_000).default(1000),
  MAX_MESSAGE_BYTES: whole(1024, 32 * 2 ** 20).default(16 * 2 ** 20),
  MAX_PICTURE_MEMORY: whole(2 ** 20, Number.MAX_SAFE_INTEGER).default(
    Math.floor(memoryThereIs() * PICTURE_SHARE),
  ),
  PICTURE_TTL: duration.default(600_000),
  METRICS_HOST: host.default("127.0.0.1"),
  METRICS_PORT: whole(0, 65_535).optional(),
  TRANSPORT: z.enum(TRANSPORTS, { message: `must be ${TRANSPORTS.join(", ")}` }).default("auto"),
  STOP_DELAY: duration
    .refine((ms) => ms <= MAX_STOP_DELAY_MS, "must be an hour at most")
    .default(0),
  LOG_LEVEL: z.enum(LOG_LEVELS, { message: `must be one of ${LOG_LEVELS.join(", ")}` }).optional(),
});

export const SETTING_NAMES: readonly string[] = Object.keys(settings.shape);

export type Config = Omit<z.infer<typeof settings>, "AUTH_SECRET" | "AUTH_SECRET_PREVIOUS"> & {
  /** The secret that signs tokens, and the one before; none: this relay asks nobody for a token. */
  readonly keys: readonly TokenKey[];
  /** Viewers of all rooms together. */
  readonly maxViewers: number;
  /** What is held for all clients together that do not read, bytes. */
  readonly maxHeldBytes: number;
  /** All messages together that have begun to arrive and are not whole yet, bytes. */
  readonly maxUnfinishedBytes: number;
};

/** What is wrong with the settings, a line each. */
export class ConfigError extends Error {
  override readonly name = "ConfigError";
}

/**
 * Reads settings.
 * @param env as `process.env` is; empty values count as unset
 * @throws ConfigError with all problems
 */
export function parseConfig(env: Environment): Config {
  const given = Object.fromEntries(Object.entries(env).filter(([, value]) => value !== ""));
  const result = settings.safeParse(given);
  // Told together with what else is wrong.
  const problems = [
    ...(result.error?.issues.map(({ path, message }) => `${path.join(".")} ${message}`) ?? []),
    ...secrecyProblems(given),
  ];
  if (!result.success || problems.length > 0) throw new ConfigError(problems.join("\n"));
  const { AUTH_SECRET, AUTH_SECRET_PREVIOUS, ...config } = result.data;
  return {
    ...config,
    maxHeldBytes: Math.max(MIN_HELD_BYTES, Math.floor(memoryThereIs() * HELD_SHARE)),
    maxViewers: Math.max(MIN_VIEWERS, Math.floor(memoryThereIs() / VIEWER_BYTES)),
    maxUnfinishedBytes: Math.max(
      UNFINISHED_MESSAGES * config.MAX_MESSAGE_BYTES,
      Math.floor(memoryThereIs() * UNFINISHED_SHARE),
    ),
    keys: [AUTH_SECRET, AUTH_SECRET_PREVIOUS].filter((key) => key !== undefined),
  };
}

/** What no relay may do that has no secret. */
function secrecyProblems({ HOST, AUTH_SECRET, AUTH_SECRET_PREVIOUS }: Environment): string[] {
  if (AUTH_SECRET !== undefined) return [];
  const problems: string[] = [];
  const address = HOST === undefined ? undefined : addressOf(HOST);
  if (address !== undefined && !TRUSTED_HOSTS.includes(address)) {
    problems.push(
      "AUTH_SECRET must be set, or anybody who can reach the relay could watch: make one with openssl rand -base64 33. Without one HOST must be this machine alone (127.0.0.1, localhost or ::1)",
    );
  }
  if (AUTH_SECRET_PREVIOUS !== undefined) {
    problems.push("AUTH_SECRET_PREVIOUS only helps to change a secret: set AUTH_SECRET too");
  }
  return problems;
}

/** Bytes of memory of this machine, or of the container that we are in. */
function memoryThereIs(): number {
  return Math.min(process.constrainedMemory() || Number.POSITIVE_INFINITY, totalmem());
}

/**
 * The settings of this process: `.env` at the root of the project, and the real environment, which wins.
 * @param flags what was typed, by the names of the settings; it wins over both
 * @throws ConfigError with all problems
 */
export function readConfig(flags: Environment = {}): {
  readonly config: Config;
  /** Sentences for the log. */
  readonly warnings: readonly string[];
} {
  const { environment, warnings, unreadable } = readEnvironment({
    program: import.meta.url,
    settings: RELAY_SETTINGS,
    env: process.env,
  });
  if (unreadable !== undefined) throw new ConfigError(unreadable);
  const typed = Object.fromEntries(
    Object.entries(flags).filter(([, value]) => value !== undefined),
  );
  return { config: parseConfig({ ...environment, ...typed }), warnings };
}
