/** A TCP client that writes WebSocket frames itself, so that it can leave messages incomplete and answers unread. */
import { once } from "node:events";
import { connect, type Socket } from "node:net";
import { SUBPROTOCOL } from "@screen-share/protocol";

const TEXT = 1;
const BINARY = 2;
const PING = 9;
/** Clients must mask (RFC 6455 §5.3). A mask of zeros leaves the bytes unchanged. */
const MASK = Buffer.alloc(4);

function header(opcode: number, length: number): Buffer {
  const head = Buffer.alloc(length < 126 ? 2 : length < 65_536 ? 4 : 10);
  head[0] = 0x80 | opcode;
  if (head.length === 2) head[1] = 0x80 | length;
  else if (head.length === 4) {
    head[1] = 0x80 | 126;
    head.writeUInt16BE(length, 2);
  } else {
    head[1] = 0x80 | 127;
    head.writeBigUInt64BE(BigInt(length), 2);
  }
  return Buffer.concat([head, MASK]);
}

export class RawClient {
  readonly closed: Promise<unknown>;

  private constructor(readonly socket: Socket) {
    socket.on("error", () => undefined);
    this.closed = new Promise((resolve) => socket.once("close", resolve));
  }

  /** Connects and sends the head of a request. It does not read the answer. */
  static async request(port: number, head: string): Promise<RawClient> {
    const socket = connect({ port, host: "127.0.0.1", noDelay: true });
    const client = new RawClient(socket);
    await Promise.race([once(socket, "connect"), client.closed]);
    client.write(Buffer.from(`${head}\r\nHost: localhost:${port}\r\n\r\n`, "latin1"));
    return client;
  }

  /** Opens a WebSocket. Resolves when the server has answered. @param path with the query of a plain client */
  static async webSocket(
    port: number,
    path: string,
    { v1 = true }: { readonly v1?: boolean } = {},
  ): Promise<RawClient> {
    const protocol = v1 ? `\r\nSec-WebSocket-Protocol: ${SUBPROTOCOL}` : "";
    const client = await RawClient.request(
      port,
      `GET ${path} HTTP/1.1\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==${protocol}`,
    );
    await Promise.race([once(client.socket, "data"), client.closed]);
    return client;
  }

  get open(): boolean {
    return this.socket.writable;
  }

  /** @returns false while earlier data has not been sent */
  write(bytes: Uint8Array): boolean {
    return this.open && this.socket.write(bytes);
  }

  text(message: string): boolean {
    const bytes = Buffer.from(message);
    return this.write(Buffer.concat([header(TEXT, bytes.length), bytes]));
  }

  binary(bytes: Uint8Array): boolean {
    return this.write(Buffer.concat([header(BINARY, bytes.length), bytes]));
  }

  ping(bytes: Uint8Array): boolean {
    return this.write(Buffer.concat([header(PING, bytes.length), bytes]));
  }

  /** Announces a message but sends only its first part. */
  begin(length: number, part: Uint8Array): boolean {
    return this.write(Buffer.concat([header(BINARY, length), part]));
  }

  destroy(): void {
    this.socket.destroy();
  }
}
