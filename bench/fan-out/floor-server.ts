/**
 * The floor: uWebSockets.js without a relay. Whatever the producer sends goes to every viewer in a loop, and acks are only counted. It
 * answers a hello with a welcome, so that the same clients can use it.
 */
import { createRequire } from "node:module";
import { encodeControl } from "@screen-share/protocol";
import type * as uWS from "@uwsjs/core";

const require = createRequire(import.meta.url);
const library = loadLibrary();
const viewers = new Set<uWS.WebSocket<unknown>>();
const welcome = encodeControl({ type: "welcome", room: "main" });
let acks = 0;

const app = library.App();
const common = {
  maxPayloadLength: 16 * 1024 * 1024,
  maxBackpressure: 64 * 1024 * 1024,
  idleTimeout: 0,
} as const;
app.ws("/ws/producer", {
  ...common,
  message: (producer, message, isBinary) => {
    if (!isBinary) {
      producer.send(welcome);
      return;
    }
    // The library's buffer is gone after this handler, as any relay has to take into account.
    const bytes = new Uint8Array(message.slice(0));
    for (const viewer of viewers) viewer.send(bytes, true, false);
  },
});
app.ws("/ws/viewer", {
  ...common,
  message: (socket, _, isBinary) => {
    if (isBinary) {
      acks++;
      return;
    }
    viewers.add(socket);
    socket.send(welcome);
  },
  close: (socket) => {
    viewers.delete(socket);
  },
});
app.listen("127.0.0.1", 0, (socket) => {
  if (socket) process.send?.(library.us_socket_local_port(socket));
});
process.once("SIGTERM", () => process.exit(acks > 0 ? 0 : 1));

/** The relay's own choice: Node 20 has a build in another package. */
function loadLibrary(): typeof uWS {
  try {
    return require("@uwsjs/core");
  } catch {
    return require("uWebSockets.js");
  }
}
