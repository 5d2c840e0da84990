/** A TCP connection that may say anything at all, and WebSocket frames (RFC 6455 §5.2) made by hand, right and wrong. */
import { once } from "node:events";
import net from "node:net";
import { SUBPROTOCOL } from "@screen-share/protocol";

export const OPCODE = { more: 0, text: 1, binary: 2, close: 8, ping: 9, pong: 10 } as const;

export class RawSocket {
  readonly socket: net.Socket;
  /** Resolves once the other side has closed, or reset. */
  readonly closed: Promise<void>;
  #received = Buffer.alloc(4096);
  #length = 0;
  readonly #frames: Frame[] = [];
  /** How far the frames were read; none before the head of the response has ended. */
  #readTo: number | undefined;
  #waiting: (() => void)[] = [];

  private constructor(port: number) {
    this.socket = net.connect({ port, host: "127.0.0.1", noDelay: true });
    this.socket.on("error", () => undefined);
    this.socket.on("data", (bytes: Buffer) => {
      this.#keep(bytes);
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
    return this.#received.subarray(0, this.#length);
  }

  #keep(bytes: Buffer): void {
    const length = this.#length + bytes.length;
    if (length > this.#received.length) {
      // Twice as much each time, so that a flood is not copied again with each piece of it.
      const larger = Buffer.alloc(2 * length);
      this.#received.copy(larger, 0, 0, this.#length);
      this.#received = larger;
    }
    bytes.copy(this.#received, this.#length);
    this.#length = length;
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

  /** What a WebSocket server has sent whole: opcodes, and the code of a close frame. Asked again, it reads only what has come since. */
  get frames(): readonly Frame[] {
    const { bytes } = this;
    this.#readTo ??= endOfHead(bytes);
    while (this.#readTo !== undefined) {
      const next = frameAt(bytes, this.#readTo);
      if (!next) break;
      this.#frames.push(next.frame);
      this.#readTo = next.end;
    }
    return this.#frames;
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

interface Frame {
  readonly opcode: number;
  readonly payload: Buffer;
}

/** Where the head of an HTTP response ends; undefined if it has not. */
function endOfHead(bytes: Buffer): number | undefined {
  const at = bytes.indexOf("\r\n\r\n");
  return at < 0 ? undefined : at + 4;
}

/** The frame of a server that begins here, and where it ends; undefined while it is not whole. */
function frameAt(bytes: Buffer, at: number): { frame: Frame; end: number } | undefined {
  const [first = 0, short = 0] = bytes.subarray(at, at + 2);
  const start = at + (short === 126 ? 4 : short === 127 ? 10 : 2);
  if (start > bytes.length) return undefined;
  const length =
    short === 126
      ? bytes.readUInt16BE(at + 2)
      : short === 127
        ? Number(bytes.readBigUInt64BE(at + 2))
        : short;
  const end = start + length;
  if (end > bytes.length) return undefined;
  return { frame: { opcode: first & 15, payload: bytes.subarray(start, end) }, end };
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
