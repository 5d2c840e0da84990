/** A TCP client that writes HTTP and WebSocket frames as they are, however wrong, and reads what comes back, or nothing. */
import { once } from "node:events";
import net from "node:net";
import { SUBPROTOCOL } from "../src/index.ts";
import { Happenings } from "./happenings.ts";

export const OPCODE = { more: 0, text: 1, binary: 2, close: 8, ping: 9, pong: 10 } as const;

export class RawSocket extends Happenings {
  readonly socket: net.Socket;
  /** Resolves once the other side has closed, or reset. */
  readonly closed: Promise<void>;
  #received = Buffer.alloc(4096);
  #length = 0;
  readonly #frames: Frame[] = [];
  /** How far the frames were read. Undefined until the head of the response has ended. */
  #readTo: number | undefined;

  private constructor(port: number) {
    super();
    this.socket = net.connect({ port, host: "127.0.0.1", noDelay: true });
    this.socket.on("error", () => undefined);
    this.socket.on("data", (bytes: Buffer) => {
      this.#keep(bytes);
      this.notify();
    });
    this.closed = new Promise((resolve) => this.socket.once("close", () => resolve()));
    void this.closed.then(() => this.notify());
  }

  static async open(port: number): Promise<RawSocket> {
    const raw = new RawSocket(port);
    await Promise.race([once(raw.socket, "connect").catch(() => undefined), raw.closed]);
    return raw;
  }

  /** Connects and requests a WebSocket. Resolves once that is answered, or refused. */
  static async upgraded(port: number, upgrade: Upgrade): Promise<RawSocket> {
    const raw = await RawSocket.open(port);
    raw.write(upgradeRequest(port, upgrade));
    await raw.until(() => raw.text.includes("\r\n\r\n"));
    return raw;
  }

  get bytes(): Buffer {
    return this.#received.subarray(0, this.#length);
  }

  get text(): string {
    return this.bytes.toString("latin1");
  }

  get statuses(): number[] {
    return [...this.text.matchAll(/HTTP\/1\.1 (\d{3})/g)].map(([, status]) => Number(status));
  }

  write(bytes: Uint8Array | string): void {
    if (this.socket.writable) this.socket.write(bytes);
  }

  send(...frames: readonly FrameParts[]): void {
    this.write(Buffer.concat(frames.map(frame)));
  }

  /** Resolves once `met` holds, or the connection is over. */
  override async until(met: () => boolean): Promise<void> {
    await super.until(() => met() || this.socket.closed);
  }

  /** The frames that the server has completely sent so far. */
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
}

interface Frame {
  readonly opcode: number;
  readonly payload: Buffer;
}

/** Where the head of an HTTP response ends. Undefined if it has not. */
function endOfHead(bytes: Buffer): number | undefined {
  const at = bytes.indexOf("\r\n\r\n");
  return at < 0 ? undefined : at + 4;
}

/** The server's frame at a position, and where it ends. Undefined until all of it has come. */
function frameAt(bytes: Buffer, at: number): { frame: Frame; end: number } | undefined {
  const [first = 0, short = 0] = bytes.subarray(at, at + 2);
  const start = at + (short === 126 ? 4 : short === 127 ? 10 : 2);
  if (start > bytes.length) return undefined;
  let length = short;
  if (short === 126) length = bytes.readUInt16BE(at + 2);
  if (short === 127) length = Number(bytes.readBigUInt64BE(at + 2));
  const end = start + length;
  if (end > bytes.length) return undefined;
  return { frame: { opcode: first & 15, payload: bytes.subarray(start, end) }, end };
}

export interface Upgrade {
  readonly path: string;
  readonly plain?: boolean;
  readonly headers?: Readonly<Record<string, string>>;
}

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
  /** The length that the frame claims to have, if that is a lie. */
  readonly claimedLength?: number;
}

/** A client's frame. Its mask is all zeros, so that the payload is sent as it is. */
export function frame(parts: FrameParts): Buffer {
  const { opcode, payload = "", final = true, masked = true, reserved = 0 } = parts;
  const bytes = Buffer.from(payload);
  const { claimedLength: length = bytes.length } = parts;
  const head = Buffer.alloc(length < 126 ? 2 : length < 65_536 ? 4 : 10);
  head[0] = (final ? 0x80 : 0) | (reserved << 4) | opcode;
  head[1] = (masked ? 0x80 : 0) | (head.length === 2 ? length : head.length === 4 ? 126 : 127);
  if (head.length === 4) head.writeUInt16BE(length, 2);
  if (head.length === 10) head.writeBigUInt64BE(BigInt(length), 2);
  return Buffer.concat([head, Buffer.alloc(masked ? 4 : 0), bytes]);
}
