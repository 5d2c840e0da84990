/** The command by which a screen is shared in a room of a relay. Pure. */
import { DEFAULT_ROOM } from "@screen-share/protocol";

/** Where the agent shares if it is told nothing. */
const AGENTS_OWN = "ws://localhost:8000";
const LOOPBACK = /^ws:\/\/(localhost|127\.0\.0\.1|\[::1\])(:|$)/;

/** @param place.server the relay's WebSocket address, without our path */
export function captureCommand(place: { readonly server: string; readonly room: string }): string {
  const { server, room } = place;
  const words = ["pnpm capture"];
  if (server !== AGENTS_OWN) words.push(`--server ${server}`);
  // The agent sends no picture in clear text beyond its own machine unless it is told to.
  if (server.startsWith("ws:") && !LOOPBACK.test(server)) words.push("--insecure");
  if (room !== DEFAULT_ROOM) words.push(`--room ${room}`);
  return words.join(" ");
}
