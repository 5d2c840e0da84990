/**
 * How our programs depend on other programs. A program ends with the parent that started it over an IPC channel, such as `pnpm start`,
 * since nothing else could stop it. It does not end with the readers of its output: closing a terminal or a log must not end sharing.
 */

/**
 * Calls `end` once the parent that started this process is gone, for whatever reason. Without an IPC channel there is no such parent, and
 * `end` is never called.
 */
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

/**
 * Keeps this process running when its standard output or standard error can no longer be written: the reader has gone (EPIPE), the
 * terminal has (EIO), or the disk is full (ENOSPC). Those lines are lost.
 */
export function surviveLostOutput(): void {
  for (const stream of [process.stdout, process.stderr]) stream.on("error", () => {});
}
