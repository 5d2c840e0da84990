/** A process with many viewers, and one that stops reading. Counts what each received, and its age. Arguments: port, `mixed` or `bare`, number of viewers. */
import { once } from "node:events";
import { decodeUpdate, encodeAck, encodeControl, SUBPROTOCOL } from "@screen-share/protocol";
import WebSocket from "ws";

export interface CrowdReport {
  /** Pictures that each viewer received after the first one. */
  readonly counts: readonly number[];
  /** From capture to arrival, ms, of pictures that have a capture time. */
  readonly ages: readonly number[];
  readonly bytesPerPicture: number;
}

const [port, kind, viewers] = process.argv.slice(2);
const VIEWERS = Number(viewers);
/** One viewer in this many is plain, since a room accepts at most 32 plain viewers of one address. */
const PLAIN_EVERY = 8;
const counts = new Array<number>(VIEWERS).fill(0);
const ages: number[] = [];
let bytes = 0;
let pictures = 0;

function now(): number {
  return performance.timeOrigin + performance.now();
}

async function join(index: number): Promise<void> {
  const v1 = kind === "mixed" && index % PLAIN_EVERY !== 0;
  const url = `ws://localhost:${port}/ws/viewer`;
  const socket = new WebSocket(url, v1 ? [SUBPROTOCOL] : [], { perMessageDeflate: false });
  let first = kind === "mixed";
  let applied = 0;
  socket.on("message", (data: Buffer, isBinary: boolean) => {
    if (!isBinary) return;
    if (v1) socket.send(encodeAck(++applied));
    if (first) {
      first = false;
      return;
    }
    counts[index] = (counts[index] ?? 0) + 1;
    pictures++;
    bytes += data.length;
    if (v1 || kind === "bare") ages.push(now() - decodeUpdate(data).capturedAt);
  });
  await once(socket, "open");
  if (v1) socket.send(encodeControl({ type: "hello", room: "main" }));
  while (first) await once(socket, "message");
}

for (let i = 0; i < VIEWERS; i++) await join(i);
const stuck = new WebSocket(
  `ws://localhost:${port}/ws/viewer`,
  kind === "mixed" ? [SUBPROTOCOL] : [],
);
await once(stuck, "open");
if (kind === "mixed") stuck.send(encodeControl({ type: "hello", room: "main" }));
stuck.pause();
process.send?.("ready");
await once(process, "message");
process.send?.({ counts, ages, bytesPerPicture: bytes / pictures } satisfies CrowdReport);
