/** The browser's WebSocket as the subscriber's port. */
import { SUBPROTOCOL } from "@screen-share/protocol";
import type { Connect } from "./subscriber.ts";

/** Browsers throw at a longer one: RFC 6455 §5.5 leaves 123 bytes for it. */
const MAX_REASON = 123;

/** Dials `url` (ws: or wss:). */
export function dial(url: string): Connect {
  return (events) => {
    let socket: WebSocket;
    try {
      socket = new WebSocket(url, SUBPROTOCOL);
    } catch {
      // An insecure address on a secure page: browsers throw before they dial.
      return undefined;
    }
    socket.binaryType = "arraybuffer";
    socket.onopen = () => events.opened();
    socket.onmessage = ({ data }: MessageEvent<string | ArrayBuffer>) => events.message(data);
    // An `error` tells nothing, and a `close` always follows it.
    socket.onclose = ({ code, reason }) => events.closed(code, reason);
    return {
      send: (message) => socket.send(message),
      close: (code, reason) =>
        socket.close(code, reason.replace(/[^\x20-\x7e]/g, "").slice(0, MAX_REASON)),
    };
  };
}
