/**
 * A process with 20 fast viewers that draw nothing. Arguments: port, token. It answers each message with what they received since the
 * last one.
 */
import { once } from "node:events";
import { decodeUpdate, encodeAck, encodeControl, SUBPROTOCOL } from "@screen-share/protocol";
import { wallNow } from "@screen-share/protocol/testing/connect";
import WebSocket from "ws";

const VIEWERS = 20;

/** Since the last report. */
export interface FastReport {
  /** From capture to arrival, ms, of every update at every viewer. */
  readonly latencies: readonly number[];
  /** The number of updates that the viewer with the fewest received. */
  readonly fewest: number;
}

const [port, token] = process.argv.slice(2);
let latencies: number[] = [];
const counts = new Array<number>(VIEWERS).fill(0);

async function join(index: number): Promise<void> {
  const url = `ws://localhost:${port}/ws/viewer`;
  const socket = new WebSocket(url, SUBPROTOCOL, { perMessageDeflate: false });
  let applied = 0;
  socket.on("message", (data: Buffer, isBinary: boolean) => {
    if (!isBinary) return;
    latencies.push(wallNow() - decodeUpdate(data).capturedAt);
    counts[index] = (counts[index] ?? 0) + 1;
    socket.send(encodeAck(++applied));
  });
  await once(socket, "open");
  socket.send(encodeControl({ type: "hello", room: "main", token }));
}

for (let i = 0; i < VIEWERS; i++) await join(i);
process.on("message", () => {
  process.send?.({ latencies, fewest: Math.min(...counts) } satisfies FastReport);
  latencies = [];
  counts.fill(0);
});
process.send?.("ready");
