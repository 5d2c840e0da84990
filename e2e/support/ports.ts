/** Ports for servers that tests start: reserved, so that no other test and no outgoing connection can take one before its server does. */
import { createSocket } from "node:dgram";
import { once } from "node:events";
import { type AddressInfo, createServer, type Server } from "node:net";

/** Below the ports that Linux chooses for outgoing connections and for port 0 (32,768 … 60,999; ip(7), ip_local_port_range). */
const FIRST_PORT = 20_000;
const PORTS = 12_000;
let next = (process.pid * 97) % PORTS;

/**
 * A free TCP port of 127.0.0.1. It stays reserved until this process ends, for all callers in all processes, by holding a UDP port that
 * stands for it. That is not the UDP port of the same number, which a server with HTTP/3 needs.
 */
export async function freePort(): Promise<number> {
  for (let tried = 0; tried < PORTS; tried++) {
    const port = FIRST_PORT + (next++ % PORTS);
    if ((await reserve(port)) && (await isFree(port))) return port;
  }
  throw new Error(`no port is free between ${FIRST_PORT} and ${FIRST_PORT + PORTS - 1}`);
}

async function isFree(port: number): Promise<boolean> {
  const probe = createServer();
  return await new Promise((resolve) => {
    probe.once("error", () => resolve(false));
    probe.listen({ port, host: "127.0.0.1", exclusive: true }, () => {
      probe.close(() => resolve(true));
    });
  });
}

/** Has a server listen on any free port. @returns the port */
export async function listen(server: Server, host = "localhost"): Promise<number> {
  server.listen(0, host);
  await once(server, "listening");
  return (server.address() as AddressInfo).port;
}

async function reserve(port: number): Promise<boolean> {
  const mark = createSocket("udp4");
  mark.unref();
  const bound = once(mark, "listening").then(
    () => true,
    () => false,
  );
  mark.bind({ port: port - PORTS, address: "127.0.0.1", exclusive: true });
  if (await bound) return true;
  mark.close();
  return false;
}
