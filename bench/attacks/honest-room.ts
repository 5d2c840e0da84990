/**
 * A process with an honest room beside an attack: a producer of a 1080p desktop in which a few tiles change ten times per second, and a
 * viewer that acknowledges. It answers each message with the delay of every update since the last answer. Argument: port.
 */
import {
  decodeUpdate,
  encodeAck,
  encodeControl,
  encodeUpdate,
  type StreamDescription,
  SUBPROTOCOL,
} from "@screen-share/protocol";
import { encodeTiles, screenLike } from "@screen-share/protocol/testing";
import WebSocket from "ws";
import { mint } from "../../e2e/support/tokens.ts";

export interface HonestReport {
  /** From the producer's write to the viewer's read, ms. A missing update counts with its delay so far. */
  readonly lagsMs: readonly number[];
  /** How often the producer or the viewer lost its connection. */
  readonly losses: number;
}

const ROOM = "honest";
const SIZE = { width: 1920, height: 1080 };
const INTERVAL_MS = 100;
const RETRY_MS = 500;
const CHANGED_TILES = 20;

const port = Number(process.argv[2]);
const { tiles, tables } = encodeTiles(screenLike(SIZE), 60);
const stream: StreamDescription = { codec: "jpeg-tiles", ...SIZE, tables: [tables] };
const now = () => performance.timeOrigin + performance.now();

let lagsMs: number[] = [];
let losses = 0;
/** When the updates were sent that the viewer has not received yet. */
const unseen: number[] = [];

async function dial(role: "producer" | "viewer"): Promise<WebSocket> {
  const token = await mint({ role, room: ROOM });
  const socket = new WebSocket(`ws://localhost:${port}/ws/${role}`, SUBPROTOCOL, {
    perMessageDeflate: false,
  });
  socket.on("error", () => undefined);
  socket.on("close", () => {
    losses++;
    setTimeout(() => void start(role), RETRY_MS);
  });
  socket.on("open", () => {
    const id = role === "producer" ? { producerId: "0".repeat(32) } : {};
    socket.send(encodeControl({ type: "hello", room: ROOM, token, ...id } as never));
  });
  return socket;
}

let producer: WebSocket | undefined;

async function start(role: "producer" | "viewer"): Promise<void> {
  const socket = await dial(role);
  if (role === "producer") {
    // The first message is the welcome. Nothing may be sent before it.
    socket.once("message", () => {
      socket.send(encodeControl({ type: "stream", epoch: 1, stream }));
      socket.send(update(true));
      producer = socket;
    });
    socket.on("close", () => {
      producer = undefined;
    });
    return;
  }
  let applied = 0;
  socket.on("message", (data: Buffer, isBinary: boolean) => {
    if (!isBinary) return;
    socket.send(encodeAck(++applied));
    const { capturedAt } = decodeUpdate(data);
    while (unseen[0] !== undefined && unseen[0] <= capturedAt) {
      lagsMs.push(now() - unseen[0]);
      unseen.shift();
    }
  });
}

let turn = 0;
function update(keyframe = false): Uint8Array {
  const capturedAt = now();
  const from = (turn++ * CHANGED_TILES) % (tiles.length - CHANGED_TILES);
  const changed = keyframe ? tiles : tiles.slice(from, from + CHANGED_TILES);
  const times = { capturedAt, encodedAt: capturedAt, relayedAt: 0 };
  return encodeUpdate({ keyframe, cut: false, epoch: 1, ...times, tiles: changed });
}

setInterval(() => {
  if (producer?.readyState !== WebSocket.OPEN) return;
  unseen.push(now());
  producer.send(update());
}, INTERVAL_MS);

process.on("message", () => {
  const waiting = unseen.map((sentAt) => now() - sentAt).filter((waited) => waited > INTERVAL_MS);
  process.send?.({ lagsMs: [...lagsMs, ...waiting], losses } satisfies HonestReport);
  lagsMs = [];
  losses = 0;
});
process.on("disconnect", () => process.exit());

await start("producer");
await start("viewer");
