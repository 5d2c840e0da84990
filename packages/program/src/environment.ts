/**
 * The settings of a program: its environment and, for what that leaves unset, the `.env` at the root of the project. The root is found
 * from the program's own file and never from the current folder: another user's file there could send the screen and the token elsewhere.
 */
import { readFileSync, statSync } from "node:fs";
import { isIP } from "node:net";
import { hostname } from "node:os";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { type EnvFile, parseEnvFile } from "./env-file.ts";
import { SECRET_SETTINGS, SYSTEM_SETTINGS } from "./names.ts";

export type Environment = Readonly<Record<string, string | undefined>>;

export interface Surroundings {
  readonly environment: Environment;
  /** Sentences for the log or the terminal. */
  readonly warnings: readonly string[];
  /** A sentence that explains why the `.env` cannot be read. A program that may need a secret from it must not start. */
  readonly unreadable?: string;
}

/** Set by `start` for the programs that it runs: it has read the file and passes its values on. */
export const NO_ENV_FILE = "SCREEN_SHARE_NO_ENV_FILE";

/** Whether any other user of this machine may read a file of this mode. */
const READABLE_BY_OTHERS = 0o044;

const MEANINGS: Readonly<Record<string, string>> = {
  EACCES: "this user may not read it",
  EISDIR:
    "it is a folder (Docker makes one where a file that it should mount does not exist); remove it",
  EPERM: "this user may not read it",
};

export const LOG_LEVELS = ["debug", "info", "warn", "error", "silent"] as const;
export type LogLevel = (typeof LOG_LEVELS)[number];
/** Many programs read LOG_LEVEL, so it may contain another program's word for one of our levels. */
const LEVEL_SYNONYMS: readonly (readonly [LogLevel, readonly string[]])[] = [
  ["debug", ["all", "finest", "silly", "trace", "verbose"]],
  ["info", ["information", "notice"]],
  ["warn", ["warning"]],
  ["error", ["critical", "err", "fatal"]],
  ["silent", ["none", "off", "quiet"]],
];

/** Such as `x86_64-conda-linux-gnu` or `arm64-apple-darwin20.0.0`. */
const TRIPLET = /^[a-z0-9_]+(-[a-z0-9_.]+){2,3}$/i;

/**
 * Reads the settings of one program.
 * @param options.program the program's own file, as `import.meta.url`
 * @param options.settings the names that it reads; it gets no others from `.env`, and so no secret of another program
 * @param options.env as `process.env`; empty values count as unset
 */
export function readEnvironment(options: {
  readonly program: string;
  readonly settings: readonly string[];
  readonly env: Environment;
}): Surroundings {
  const { program, settings, env } = options;
  const warnings: string[] = [];
  const file = env[NO_ENV_FILE] ? undefined : envFileOf(program);
  const read = file === undefined ? { values: {} } : readEnvFile(file, warnings);
  const wanted = [...settings, ...SYSTEM_SETTINGS];
  const fromFile = Object.entries("values" in read ? read.values : {})
    .filter(([name]) => wanted.includes(name))
    .map(([name, value]) => [name, given(value)] as const);
  const own = Object.entries(env).map(
    ([name, value]) =>
      [name, settings.includes(name) ? meaningOf(name, value, warnings) : value] as const,
  );
  const environment = { ...withLogLevel(fromFile, warnings), ...withLogLevel(own, warnings) };
  return "unreadable" in read ? { environment, warnings, ...read } : { environment, warnings };
}

/** The `.env` beside `apps/` or `scripts/`, or undefined if the program was copied out of the project. */
function envFileOf(program: string): string | undefined {
  const root = /^(.*)\/(?:apps\/[^/]+\/(?:src|dist)|scripts)\//.exec(program)?.[1];
  return root === undefined ? undefined : path.join(fileURLToPath(`${root}/`), ".env");
}

function readEnvFile(
  file: string,
  warnings: string[],
): { readonly values: EnvFile["values"] } | { readonly unreadable: string } {
  try {
    const parsed = parseEnvFile(readFileSync(file));
    if (parsed === undefined) throw new Error("it is not a text file");
    const { values, mistakes } = parsed;
    for (const mistake of mistakes) {
      warnings.push(`${file} ${mistake}${/[.?]$/.test(mistake) ? "" : "."}`);
    }
    const secret = SECRET_SETTINGS.find((name) => given(values[name]) !== undefined);
    const isOpen = process.platform !== "win32" && statSync(file).mode & READABLE_BY_OTHERS;
    if (secret !== undefined && isOpen) {
      warnings.push(
        `${file} holds ${secret}, and other users of this machine can read it; close it with: chmod 600 ${quoted(file)}`,
      );
    }
    return { values };
  } catch (error) {
    const { code = "", message } = error as NodeJS.ErrnoException;
    if (code === "ENOENT") return { values: {} };
    return { unreadable: `${file} cannot be read: ${MEANINGS[code] ?? message}.` };
  }
}

/** The value of one of our settings in the environment, cleaned up. */
function meaningOf(name: string, value = "", warnings: string[]): string | undefined {
  // Docker's --env-file and cmd's `set` keep quotes that a shell would remove.
  const unquoted = value.trim().replace(/^(["'])(.*)\1$/, "$2");
  const meant = given(SECRET_SETTINGS.includes(name) ? value : unquoted);
  if (name !== "HOST" || meant === undefined || !isForeignHost(meant)) return meant;
  warnings.push(
    `HOST is "${meant}", which another program has set and which is no address; it is ignored.`,
  );
  return undefined;
}

/** These variables without those that are unset, and with LOG_LEVEL as one of our levels or without it. */
function withLogLevel(
  variables: readonly (readonly [string, string | undefined])[],
  warnings: string[],
): Environment {
  const set = Object.fromEntries(variables.filter(([, value]) => value !== undefined));
  const { LOG_LEVEL: word, ...others } = set;
  if (word === undefined) return others;
  const name = word.toLowerCase();
  const level = LEVEL_SYNONYMS.find(([own, synonyms]) => own === name || synonyms.includes(name));
  if (level) return { ...others, LOG_LEVEL: level[0] };
  warnings.push(
    `LOG_LEVEL is "${word}", which is not one of ${LOG_LEVELS.join(", ")}; it is ignored.`,
  );
  return others;
}

/** The address, without the brackets of IPv6. Undefined if it is not an address. `localhost` counts as one. */
export function addressOf(text: string): string | undefined {
  const bare = text.replace(/^\[(.*)\]$/, "$1");
  if (isIP(bare) !== 0) return bare;
  return bare.toLowerCase() === "localhost" ? "localhost" : undefined;
}

/** Whether HOST was set for another purpose: conda's compilers set it to the target's triplet, and some shells to the machine's name. */
function isForeignHost(text: string): boolean {
  if (addressOf(text) !== undefined) return false;
  const firstLabel = (name: string) => name.toLowerCase().split(".")[0];
  return TRIPLET.test(text) || firstLabel(text) === firstLabel(hostname());
}

/** A variable that is empty counts as unset. */
export function given(value: string | undefined): string | undefined {
  return value?.trim() || undefined;
}

function quoted(file: string): string {
  return /^[\w./-]+$/.test(file) ? file : `'${file.replaceAll("'", "'\\''")}'`;
}
