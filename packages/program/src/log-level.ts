/** Log levels. Many programs read a variable LOG_LEVEL, so it may hold another program's word for one of ours. */

export const LOG_LEVELS = ["debug", "info", "warn", "error", "silent"] as const;
export type LogLevel = (typeof LOG_LEVELS)[number];

const SYNONYMS: Readonly<Record<string, LogLevel>> = {
  all: "debug",
  finest: "debug",
  silly: "debug",
  trace: "debug",
  verbose: "debug",
  information: "info",
  notice: "info",
  warning: "warn",
  critical: "error",
  err: "error",
  fatal: "error",
  none: "silent",
  off: "silent",
  quiet: "silent",
};

/** The level that a word means, in any case; undefined if it means none. */
export function logLevelOf(word: string): LogLevel | undefined {
  const name = word.toLowerCase();
  return LOG_LEVELS.find((level) => level === name) ?? SYNONYMS[name];
}
