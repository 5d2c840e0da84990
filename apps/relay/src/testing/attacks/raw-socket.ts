/** A TCP connection that may say anything at all, and WebSocket frames (RFC 6455 §5.2) made by hand, right and wrong. */
import { once } from "node:events";
import net from "node:net";
import { SUBPROTOCOL } from "@screen-share/protocol";

export const OPCODE = { more: 0, text: 1, binary: 2, close: 8, ping: 9, pong: 10 } as const;

export class RawSocket {
  readonly socket: net.Socket;
  /** Resolves once the other side has closed, or reset. */
  readonly closed: Promise<void>;
  #received: Buffer[] = [];
  #waiting: (() => void)[] = [];

  private constructor(port: number) {
    this.socket = net.connect({ port, host: "127.0.0.1", noDelay: true });
    this.socket.on("error", () => undefined);
    this.socket.on("data", (bytes: Buffer) => {
      this.#received.push(bytes);
      this.#tell();
    });
    this.closed = new Promise((resolve) => this.socket.once("close", () => resolve()));
    void this.closed.then(() => this.#tell());
  }

  /** Connects, and says nothing. */
  static async open(port: number): Promise<RawSocket> {
    const raw = new RawSocket(port);
    await Promise.race([once(raw.socket, "connect").catch(() => undefined), raw.closed]);
    return raw;
  }

  /** Connects and asks for a WebSocket; resolves once it is there, or is not to be. */
  static async upgraded(port: number, asked: Upgrade): Promise<RawSocket> {
    const raw = await RawSocket.open(port);
    raw.write(upgradeRequest(port, asked));
    await raw.until(() => raw.text.includes("\r\n\r\n"));
    return raw;
  }

  get bytes(): Buffer {
    const all = Buffer.concat(this.#received);
    this.#received = [all];
    return all;
  }

  get text(): string {
    return this.bytes.toString("latin1");
  }

  /** Statuses of the HTTP responses so far. */
  get statuses(): number[] {
    return [...this.text.matchAll(/HTTP\/1\.1 (\d{3})/g)].map(([, status]) => Number(status));
  }

  write(bytes: Uint8Array | string): void {
    if (this.socket.writable) this.socket.write(bytes);
  }

  /** Resolves once `met` holds, or the connection is over. */
  async until(met: () => boolean): Promise<void> {
    while (!met() && !this.socket.closed) {
      await new Promise<void>((resolve) => this.#waiting.push(resolve));
    }
  }

  #tell(): void {
    for (const tell of this.#waiting.splice(0)) tell();
  }

  /** What a WebSocket server sent: opcodes, and the code of a close frame. */
  get frames(): { readonly opcode: number; readonly payload: Buffer }[] {
    const { bytes } = this;
    const frames: { opcode: number; payload: Buffer }[] = [];
    let at = bytes.indexOf("\r\n\r\n") + 4;
    while (at >= 4 && at + 2 <= bytes.length) {
      const opcode = (bytes[at] ?? 0) & 15;
      let length = bytes[at + 1] ?? 0;
      at += 2;
      if (length === 126) {
        length = bytes.readUInt16BE(at);
        at += 2;
      } else if (length === 127) {
        length = Number(bytes.readBigUInt64BE(at));
        at += 8;
      }
      frames.push({ opcode, payload: bytes.subarray(at, at + length) });
      at += length;
    }
    return frames;
  }

  /** The code that a WebSocket was closed with; 1006 for a connection that just broke (RFC 6455 §7.1.5). */
  get closeCode(): number {
    const last = this.frames.find(({ opcode }) => opcode === OPCODE.close);
    return last && last.payload.length >= 2 ? last.payload.readUInt16BE(0) : 1006;
  }

  destroy(): void {
    this.socket.destroy();
  }
}

export interface Upgrade {
  readonly path: string;
  readonly plain?: boolean;
  readonly headers?: Readonly<Record<string, string>>;
}

/** The request that opens a WebSocket. */
export function upgradeRequest(port: number, { path, plain = false, headers = {} }: Upgrade) {
  const all = {
    Host: `127.0.0.1:${port}`,
    Upgrade: "websocket",
    Connection: "Upgrade",
    "Sec-WebSocket-Version": "13",
    "Sec-WebSocket-Key": "dGhlIHNhbXBsZSBub25jZQ==",
    ...(plain ? {} : { "Sec-WebSocket-Protocol": SUBPROTOCOL }),
    ...headers,
  };
  const lines = Object.entries(all).map(([name, value]) => `${name}: ${value}\r\n`);
  return `GET ${path} HTTP/1.1\r\n${lines.join("")}\r\n`;
}

export interface FrameParts {
  readonly opcode: number;
  readonly payload?: Uint8Array | string;
  readonly final?: boolean;
  readonly masked?: boolean;
  /** The three reserved bits. */
  readonly reserved?: number;
  /** What it says its length is, if that is a lie. */
  readonly saidLength?: number;
}

/** A client's frame. Its mask is all zeros, so that the payload stands as it is. */
export function frame(parts: FrameParts): Buffer {
  const { opcode, payload = "", final = true, masked = true, reserved = 0 } = parts;
  const bytes = Buffer.from(payload);
  const { saidLength = bytes.length } = parts;
  const first = (final ? 0x80 : 0) | (reserved << 4) | opcode;
  const mask = masked ? 0x80 : 0;
  const head = Buffer.alloc(saidLength < 126 ? 2 : saidLength < 65_536 ? 4 : 10);
  head[0] = first;
  head[1] = mask | (head.length === 2 ? saidLength : head.length === 4 ? 126 : 127);
  if (head.length === 4) head.writeUInt16BE(saidLength, 2);
  if (head.length === 10) head.writeBigUInt64BE(BigInt(saidLength), 2);
  return Buffer.concat([head, masked ? Buffer.alloc(4) : Buffer.alloc(0), bytes]);
}
