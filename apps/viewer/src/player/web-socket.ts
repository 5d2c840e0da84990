/** The browser's WebSocket as a line's socket. */
import { type OpenSocket, SUBPROTOCOL } from "@screen-share/protocol";

/** Dials `url` (ws: or wss:). */
export function dial(url: string): OpenSocket {
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
    socket.onmessage = ({ data }: MessageEvent<string | ArrayBuffer>) =>
      events.message(typeof data === "string" ? data : new Uint8Array(data));
    // An `error` says nothing, and a `close` always follows it.
    socket.onclose = ({ code, reason }) => events.closed({ code, reason });
    return {
      send(message) {
        socket.send(message);
        return true;
      },
      // Browsers throw at characters that take more bytes than the frame has.
      close: (code, reason) => socket.close(code, reason.replace(/[^\x20-\x7e]/g, "")),
    };
  };
}
