/**
 * The floor: uWebSockets.js without a relay. It sends everything from the producer to each viewer in a loop, and only counts acks. It
 * answers hello with welcome, so that the same clients can use it.
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
    // The library's buffer is invalid after this handler, so any relay has to copy it.
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

/** As the relay does: the build for Node 20 is in another package. */
function loadLibrary(): typeof uWS {
  try {
    return require("@uwsjs/core");
  } catch {
    return require("uWebSockets.js");
  }
}
