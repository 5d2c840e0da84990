/**
 * A process with many minimal viewers, so that the machine's time goes to the server that is measured. Each reads updates from its TCP
 * socket without decoding them, and acks each. Arguments: port, number of viewers.
 */
import { once } from "node:events";
import { connect, type Socket } from "node:net";
import { encodeAck, encodeControl, SUBPROTOCOL } from "@screen-share/protocol";

export interface AudienceReport {
  readonly updates: number;
}

const [port, viewers] = process.argv.slice(2).map(Number);
const BINARY = 2;
const TEXT = 1;
let updates = 0;

/** A client's frame (RFC 6455 §5.2), masked with zeros. */
function frame(opcode: number, payload: Uint8Array): Buffer {
  const head = Buffer.from([0x80 | opcode, 0x80 | payload.length, 0, 0, 0, 0]);
  return Buffer.concat([head, payload]);
}

/** Reads frame headers and skips payloads. */
class Viewer {
  #applied = 0;
  #toSkip = 0;
  #header = Buffer.alloc(0);

  constructor(private readonly socket: Socket) {}

  received(chunk: Buffer): void {
    let at = 0;
    while (at < chunk.length) {
      if (this.#toSkip > 0) {
        const skipped = Math.min(this.#toSkip, chunk.length - at);
        this.#toSkip -= skipped;
        at += skipped;
        continue;
      }
      const header =
        this.#header.length > 0
          ? Buffer.concat([this.#header, chunk.subarray(at)])
          : chunk.subarray(at);
      const length = frameLength(header);
      if (length === undefined) {
        this.#header = Buffer.from(header);
        return;
      }
      at += length.header - this.#header.length;
      this.#header = Buffer.alloc(0);
      this.#toSkip = length.payload;
      if ((header[0] ?? 0) === (0x80 | BINARY)) this.#update();
    }
  }

  #update(): void {
    updates++;
    this.socket.write(frame(BINARY, encodeAck(++this.#applied)));
  }
}

/** Undefined if the header is incomplete. */
function frameLength(
  bytes: Buffer,
): { readonly header: number; readonly payload: number } | undefined {
  const short = bytes[1];
  if (short === undefined) return undefined;
  if (short < 126) return { header: 2, payload: short };
  if (short === 126)
    return bytes.length < 4 ? undefined : { header: 4, payload: bytes.readUInt16BE(2) };
  return bytes.length < 10 ? undefined : { header: 10, payload: Number(bytes.readBigUInt64BE(2)) };
}

/** All sockets read into this memory: each chunk is handled before the next one is read. */
const chunk = Buffer.alloc(256 * 1024);

async function join(): Promise<void> {
  let received: (bytes: Buffer) => void = () => {};
  const socket = connect({
    host: "127.0.0.1",
    port: port ?? 0,
    onread: {
      buffer: chunk,
      callback: (length) => {
        received(chunk.subarray(0, length));
        return true;
      },
    },
  });
  socket.setNoDelay(true);
  await once(socket, "connect");
  socket.write(
    `GET /ws/viewer HTTP/1.1\r\nHost: localhost:${port}\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: MDEyMzQ1Njc4OWFiY2RlZg==\r\nSec-WebSocket-Protocol: ${SUBPROTOCOL}\r\n\r\n`,
  );
  const viewer = new Viewer(socket);
  await new Promise<void>((resolve, reject) => {
    let answer = "";
    received = (bytes) => {
      answer += bytes.toString("latin1");
      const end = answer.indexOf("\r\n\r\n");
      if (end < 0) return;
      if (!answer.startsWith("HTTP/1.1 101")) reject(new Error(answer));
      received = (bytes) => viewer.received(bytes);
      received(Buffer.from(answer.slice(end + 4), "latin1"));
      resolve();
    };
  });
  socket.write(frame(TEXT, Buffer.from(encodeControl({ type: "hello", room: "main" }))));
}

for (let i = 0; i < (viewers ?? 0); i++) await join();
process.send?.("ready");
process.on("message", () => process.send?.({ updates } satisfies AudienceReport));
