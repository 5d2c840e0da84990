/** Connects test clients to a relay as the product's own clients do: through `Connection`, over the `ws` library. */
import WebSocket from "ws";
import {
  Connection,
  type ConnectionOptions,
  type OpenSocket,
  SUBPROTOCOL,
  type ToProducerMessage,
  type ToViewerMessage,
} from "../src/index.ts";

/** ms since 1970, finer than Date's. @param at as from `performance.now()` */
export function wallNow(at = performance.now()): number {
  return performance.timeOrigin + at;
}

/** The port of `Connection` to a WebSocket of a relay on this machine. */
export function openWs(port: number, role: "viewer" | "producer"): OpenSocket {
  return (events) => {
    const url = `ws://localhost:${port}/ws/${role}`;
    const socket = new WebSocket(url, SUBPROTOCOL, { perMessageDeflate: false });
    let error: string | undefined;
    socket.on("open", () => events.opened());
    socket.on("message", (data: Buffer, isBinary) =>
      events.message(isBinary ? data : data.toString()),
    );
    socket.on("ping", () => events.alive());
    socket.on("error", ({ message }) => {
      error = message;
    });
    socket.on("close", (code, reason) => events.closed({ code, reason: reason.toString(), error }));
    return {
      send: (message) => {
        socket.send(message);
        return true;
      },
      // Without a closing handshake, which a relay that hangs would never answer.
      close: () => socket.terminate(),
    };
  };
}

/** @param random uniform in [0, 1) */
export function connectTo<Message extends ToViewerMessage | ToProducerMessage>(
  options: Omit<ConnectionOptions<Message>, "timing"> & { readonly random: () => number },
): Connection<Message> {
  const { random, ...others } = options;
  const after = (delayMs: number, run: () => void) => {
    const timer = setTimeout(run, delayMs);
    return () => clearTimeout(timer);
  };
  return new Connection({ ...others, timing: { now: wallNow, random, after } });
}
