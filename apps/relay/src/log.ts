/** The relay's log: one line for each lifecycle change, as JSON, or as plain text on a terminal. Never a token. */
import pino, { type Logger } from "pino";
import pretty from "pino-pretty";

export type { Logger };

export function createLog(level: string): Logger {
  const options = { level, base: null };
  return process.stdout.isTTY
    ? pino(options, pretty({ ignore: "pid,hostname", translateTime: "SYS:HH:MM:ss", sync: true }))
    : pino(options);
}
