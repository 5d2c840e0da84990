/**
 * How our programs depend on other programs. A program ends with the parent that started it over an IPC channel, such as `pnpm start`,
 * since nothing else could stop it. It does not end with the readers of its output: closing a terminal or a log must not end sharing.
 */

/** Calls `end` once the parent that started this process over an IPC channel is gone, for whatever reason. */
export function endWithParent(end: () => void): void {
  process.once("disconnect", end);
  // Otherwise the channel would keep a program running that has nothing left to do.
  process.channel?.unref();
  // The parent may have gone while our modules were being loaded. No event reports that now.
  if (process.connected === false) process.nextTick(end);
}

/** Sends a message to the parent, if there is one. */
export function notifyParent(message: object): void {
  // If the parent has just gone, `disconnect` reports it, so the error is not needed.
  process.send?.(message, undefined, undefined, () => {});
}

/** Keeps this process running when its output can no longer be written: the reader or the terminal has gone, or the disk is full. */
export function surviveLostOutput(): void {
  for (const stream of [process.stdout, process.stderr]) stream.on("error", () => {});
}
