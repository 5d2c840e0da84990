/** For comparison: sends everything from the producer to all viewers, without state, acks or flow control. */
import { once } from "node:events";
import type { AddressInfo } from "node:net";
import type { WebSocket } from "ws";
import { WebSocketServer } from "ws";

const server = new WebSocketServer({ host: "localhost", port: 0, perMessageDeflate: false });
await once(server, "listening");
const viewers = new Set<WebSocket>();
server.on("connection", (socket, request) => {
  if (request.url === "/producer") {
    socket.on("message", (data: Buffer) => {
      for (const viewer of viewers) viewer.send(data);
    });
    return;
  }
  viewers.add(socket);
  socket.on("close", () => viewers.delete(socket));
});
process.send?.((server.address() as AddressInfo).port);
