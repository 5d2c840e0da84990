/** The adapters of the transport that the shared suite tries on this machine, by name. */
import { chooseTransport, TRANSPORTS } from "../src/transport/choose.ts";
import type { StartServer } from "../src/transport/transport.ts";

// biome-ignore lint/style/noProcessEnv: the environment of the tests, not of a relay
const { TRANSPORT } = process.env;
const setting = TRANSPORTS.find((name) => name === TRANSPORT) ?? "auto";
const chosen = await chooseTransport(setting);
const ws = await chooseTransport("ws");

/**
 * `ws` always; uWebSockets.js unless it has no build for this machine. With TRANSPORT=uws in the environment its absence is an error,
 * with TRANSPORT=ws it is left out.
 */
export const ADAPTERS: readonly (readonly [name: string, startServer: StartServer])[] = [
  ...(chosen.startServer === ws.startServer ? [] : [["uws", chosen.startServer] as const]),
  ["ws", ws.startServer],
];
