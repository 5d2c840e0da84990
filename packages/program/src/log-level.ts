/** Log levels. Many programs read LOG_LEVEL, so it may contain another program's word for one of our levels. */

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

/** The level that a word in upper or lower case means. Undefined if it means none. */
export function logLevelOf(word: string): LogLevel | undefined {
  const name = word.toLowerCase();
  return LOG_LEVELS.find((level) => level === name) ?? SYNONYMS[name];
}
