/** The adapters of the transport that load on this machine, by name. */
import { chooseTransport } from "../transport/choose.ts";
import type { StartServer } from "../transport/transport.ts";

const uws = await chooseTransport("auto");
const ws = await chooseTransport("ws");

/** `ws` always; uWebSockets.js unless it has no build for this machine. */
export const ADAPTERS: readonly (readonly [name: string, startServer: StartServer])[] = [
  ...(uws.loss === undefined ? [["uws", uws.startServer] as const] : []),
  ["ws", ws.startServer],
];
