/** The port of logs. */
/** What the agent's parts log to. Messages are sentences; fields are for machines. */
export interface Log {
  debug(message: string, fields?: object): void;
  info(message: string, fields?: object): void;
  warn(message: string, fields?: object): void;
  error(message: string, fields?: object): void;
}
