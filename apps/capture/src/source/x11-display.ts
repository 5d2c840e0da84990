/** Finds an X display (the syntax of DISPLAY, as libxcb reads it) and opens the socket to it. */

import { once } from "node:events";
import { connect, type NetConnectOpts, type Socket } from "node:net";
import { isLoopback } from "@screen-share/protocol";

const SOCKET_FOLDER = "/tmp/.X11-unix";
const FIRST_PORT = 6000;
const MAX_NUMBER = 59_535;

export interface DisplayName {
  readonly number: number;
  readonly screen: number;
  /** The sockets to try, in this order. */
  readonly sockets: readonly NetConnectOpts[];
}

/** Returns undefined if it is not the name of a display. */
export function parseDisplay(text: string): DisplayName | undefined {
  const inFolder = /^(\/.*\/X)(\d{1,5})(?:\.(\d{1,3}))?$/.exec(text);
  if (inFolder) {
    const [, folder, digits, screen] = inFolder;
    return named(digits, screen, [{ path: `${folder}${digits}` }]);
  }
  const match = /^(?:(unix|local|tcp|inet6?)\/)?(.*?):(\d{1,5})(?:\.(\d{1,3}))?$/.exec(text);
  if (!match) return undefined;
  const [, protocol = "", host = "", digits, screen] = match;
  const local = /^(unix|local)$/.test(protocol) || (protocol === "" && /^(unix)?$/.test(host));
  if (local) {
    const path = `${SOCKET_FOLDER}/X${digits}`;
    // Linux servers also listen at an abstract address, which a container sees even without the folder.
    const abstract = process.platform === "linux" ? [{ path: `\0${path}` }] : [];
    return named(digits, screen, [{ path }, ...abstract]);
  }
  const address = host.replace(/^\[(.*)\]$/, "$1") || "localhost";
  return named(digits, screen, [{ host: address, port: FIRST_PORT + Number(digits) }]);
}

function named(
  digits: string | undefined,
  screen: string | undefined,
  sockets: readonly NetConnectOpts[],
): DisplayName | undefined {
  const number = Number(digits);
  return number > MAX_NUMBER ? undefined : { number, screen: Number(screen ?? 0), sockets };
}

/** A connected socket, or a clause that explains why there is none. @param timeoutMs for each address */
export async function openSocket(name: DisplayName, timeoutMs: number): Promise<Socket | string> {
  let problem = "";
  for (const address of name.sockets) {
    const socket = await attempt(address, timeoutMs);
    if (typeof socket !== "string") return socket;
    problem ||= socket;
  }
  return problem;
}

/** The server's address. Undefined if it is on this computer. */
export function remoteAddressOf({ remoteAddress }: Socket): string | undefined {
  return remoteAddress === undefined || isLoopback(remoteAddress) ? undefined : remoteAddress;
}

async function attempt(address: NetConnectOpts, timeoutMs: number): Promise<Socket | string> {
  const socket = connect(address);
  try {
    await once(socket, "connect", { signal: AbortSignal.timeout(timeoutMs) });
    return socket;
  } catch (error) {
    socket.destroy();
    return error instanceof Error ? reasonOf(error) : String(error);
  }
}

function reasonOf(error: Error): string {
  const code = "code" in error ? error.code : undefined;
  if (code === "ABORT_ERR") return "it does not answer";
  if (code === "ENOENT" || code === "ECONNREFUSED") return "no X server is running there";
  if (code === "ENOTFOUND" || code === "EAI_AGAIN") return "there is no computer of that name";
  if (code === "EACCES") return "this user may not connect to it";
  return error.message || String(code);
}
