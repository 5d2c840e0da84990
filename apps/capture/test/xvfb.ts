/** A display of its own for tests, by Xvfb on a number that is free. */
import { spawn } from "node:child_process";
import { once } from "node:events";
import type { Readable } from "node:stream";

export interface Xvfb {
  /** As `DISPLAY` wants it, such as ":3". */
  readonly display: string;
  /** Ends it, and waits until it has. */
  kill(): Promise<void>;
}

/**
 * Starts Xvfb; it answers once this resolves. Without Xvfb on this machine the test fails.
 * @param size such as "640x480"
 * @param display take this number instead of a free one
 */
export async function startXvfb(size: string, display?: string): Promise<Xvfb> {
  const args = [...(display ? [display] : []), "-displayfd", "3", "-screen", "0", `${size}x24`];
  const child = spawn("Xvfb", args, { stdio: ["ignore", "ignore", "ignore", "pipe"] });
  const failed = once(child, "error").then(([error]) => {
    throw new Error(`Xvfb is needed for this test: ${error}`);
  });
  const ended = once(child, "exit");
  const tells = once(child.stdio[3] as Readable, "data");
  const [number] = await Promise.race([tells, failed, ended.then(() => Promise.reject("ended"))]);
  return {
    display: `:${String(number).trim()}`,
    async kill() {
      child.kill();
      await ended;
    },
  };
}
