/** Listening on an address, with errors in plain words. */
import { once } from "node:events";
import { createServer, type Server } from "node:net";

interface Address {
  readonly host: string;
  /** 0 for any free port. */
  readonly port: number;
  /** What a second port of the relay is for, as in "for metrics". */
  readonly purpose?: string;
}

/** @param code of the system, such as "EADDRINUSE" */
export function listenError({ host, port, purpose }: Address, code = "unknown error"): Error {
  const address = purpose ? `port ${port} of ${host}, ${purpose},` : `port ${port} of ${host}`;
  const problem = code === "EADDRINUSE" ? "is taken already" : `cannot be listened on (${code})`;
  return new Error(`${address} ${problem}`);
}

/** @returns the port. @throws Error in plain words if the address cannot be listened on */
export async function listen(server: Server, address: Address): Promise<number> {
  const { host, port } = address;
  server.listen({ host, port, exclusive: true });
  await once(server, "listening").catch(({ code }: NodeJS.ErrnoException) => {
    throw listenError(address, code);
  });
  const bound = server.address();
  return typeof bound === "object" && bound ? bound.port : port;
}

/** Tries to listen, for a library that would silently share a busy port. @throws Error in plain words if the address cannot be listened on */
export async function checkPort(address: Address): Promise<void> {
  const probe = createServer();
  await listen(probe, address);
  await new Promise((closed) => probe.close(closed));
}
