/** The log, on stderr: plain lines at a terminal, JSON lines otherwise. */
import type { LogLevel } from "@screen-share/program";
import { pino } from "pino";
import type { Log } from "../ports.ts";

/** Creates a log that writes lines at or above `level`. @param options.app the program's name */
export function createLog(
  level: LogLevel,
  options: { readonly app: string; readonly stderr?: NodeJS.WriteStream },
): Log {
  const { app, stderr = process.stderr } = options;
  const logger = pino(
    { level, base: { app } },
    { write: (line: string) => stderr.write(stderr.isTTY ? forPeople(line) : line) },
  );
  return {
    debug: (message, fields) => logger.debug(fields ?? {}, message),
    info: (message, fields) => logger.info(fields ?? {}, message),
    warn: (message, fields) => logger.warn(fields ?? {}, message),
    error: (message, fields) => logger.error(fields ?? {}, message),
  };
}

function forPeople(line: string): string {
  const { level, time, msg, app: _, ...fields } = JSON.parse(line);
  const clock = new Date(time).toLocaleTimeString();
  const mark = level >= 40 ? "! " : "";
  const rest = level <= 20 ? ` ${JSON.stringify(fields)}` : "";
  return `${clock}  ${mark}${msg}${rest}\n`;
}
