/**
 * How a program of ours depends on other programs. It ends together with the parent that started it over an IPC channel, such as
 * `pnpm start`, but not with the readers of its output: nobody would be left who could stop it, or sharing would end because a
 * terminal or a log was closed.
 */

/**
 * Calls `end` once the parent that this process was started by is gone, however it went. Without an IPC channel there is no such
 * parent, and nothing is called.
 */
export function endWithParent(end: () => void): void {
  process.once("disconnect", end);
  // A listener alone would keep a program running that has nothing left to do.
  process.channel?.unref();
  // It may have gone while our modules were being loaded; no event announces that now.
  if (process.connected === false) process.nextTick(end);
}

/** Sends a message to the parent, if there is one. */
export function notifyParent(message: object): void {
  // A parent that has just gone is announced by `disconnect`, so the error of the sending is not needed.
  process.send?.(message, undefined, undefined, () => {});
}

/**
 * Lets this process go on when what it writes to standard output or standard error can no longer be written: the reader has gone
 * (EPIPE), the terminal has (EIO), or the disk is full (ENOSPC). Those lines are lost.
 */
export function surviveLostOutput(): void {
  for (const stream of [process.stdout, process.stderr]) stream.on("error", () => {});
}
