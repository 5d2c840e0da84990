/** Why an address cannot be listened on, in plain words. */
import { createServer } from "node:net";

/** The error to report for a code of the system. */
export function listenError(host: string, port: number, code: string): Error {
  if (code === "EADDRINUSE") return new Error(`port ${port} of ${host} is taken already`);
  return new Error(`${host}:${port} cannot be listened on (${code})`);
}

/** Tries to listen, for a library that would silently share a busy port. Connections of an earlier owner that are still closing do not count.
 * @throws Error if it is not possible
 */
export async function checkPort(host: string, port: number): Promise<void> {
  const probe = createServer();
  await new Promise<void>((resolve, reject) => {
    probe.once("error", ({ code }: NodeJS.ErrnoException) => {
      reject(listenError(host, port, code ?? "unknown error"));
    });
    probe.listen({ host, port, exclusive: true }, () => probe.close(() => resolve()));
  });
}
