/** The relay's settings, read from the environment once at boot. All problems are told at once, in plain words. */
import { existsSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { parse as parseDotenv } from "dotenv";
import { z } from "zod";

const LOG_LEVELS = ["debug", "info", "warn", "error", "silent"] as const;
const LOOPBACK = ["127.0.0.1", "localhost", "::1"];

const DURATION = /^(\d{1,9})\s*(ms|s|m|min|h|d)$/;
const UNIT_MS: Readonly<Record<string, number>> = {
  ms: 1,
  s: 1000,
  m: 60_000,
  min: 60_000,
  h: 3_600_000,
  d: 86_400_000,
};

/** "10m", "90 s", "12h" … as ms. */
const duration = z.string().transform((text, context) => {
  const [, count, unit] = DURATION.exec(text) ?? [];
  const factor = UNIT_MS[unit ?? ""];
  if (factor !== undefined) return Number(count) * factor;
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

const origins = z.string().transform((text, context) => {
  const list = text.split(",").map((origin) => origin.trim());
  for (const origin of list) {
    if (URL.canParse(origin) && new URL(origin).origin === origin) continue;
    const message = `"${origin}" is not an origin such as https://screen.example.com`;
    context.addIssue({ code: "custom", message });
  }
  return list;
});

const settings = z.object({
  HOST: z
    .string()
    .default("127.0.0.1")
    .refine((host) => LOOPBACK.includes(host), {
      message:
        "must be this machine alone (127.0.0.1, localhost or ::1): without tokens, anybody who can reach the relay could watch",
    }),
  PORT: whole(0, 65_535).default(8000),
  AUTH_SECRET: z
    .undefined(
      "is set, but this version cannot check tokens yet: unset it to share on this machine",
    )
    .optional(),
  ALLOWED_ORIGINS: origins.default([]),
  VIEWER_URL: z.url({ protocol: /^https?$/, message: "must be a http(s) address" }).optional(),
  MAX_VIEWERS_PER_ROOM: whole(1, 1_000_000).default(1000),
  MAX_ROOMS: whole(1, 1_000_000).default(1000),
  MAX_MESSAGE_BYTES: whole(1024, 32 * 2 ** 20).default(16 * 2 ** 20),
  PICTURE_TTL: duration.default(600_000),
  LOG_LEVEL: z.enum(LOG_LEVELS, { message: `must be one of ${LOG_LEVELS.join(", ")}` }).optional(),
});

export type Config = z.infer<typeof settings>;

/** What is wrong with the settings, a line each. */
export class ConfigError extends Error {
  override readonly name = "ConfigError";
}

/**
 * Reads settings.
 * @param env as `process.env` is; empty values count as unset
 * @throws ConfigError with all problems
 */
export function parseConfig(env: Readonly<Record<string, string | undefined>>): Config {
  const given = Object.fromEntries(Object.entries(env).filter(([, value]) => value !== ""));
  const result = settings.safeParse(given);
  if (result.success) return result.data;
  const lines = result.error.issues.map(({ path, message }) => `${path.join(".")} ${message}`);
  throw new ConfigError(lines.join("\n"));
}

/** The settings of this process: `.env` at the root of the project, and the real environment, which wins. */
export function readConfig(): Config {
  const path = fileURLToPath(new URL("../../../.env", import.meta.url));
  const file = existsSync(path) ? parseDotenv(readFileSync(path)) : {};
  const given = Object.entries(process.env).filter(([, value]) => value?.trim());
  return parseConfig({ ...file, ...Object.fromEntries(given) });
}
