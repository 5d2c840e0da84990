/** A WebSocket under the control of a test. It keeps all messages, never reconnects, and may break the protocol. */
import { once } from "node:events";
import WebSocket from "ws";
import { encodeControl, SUBPROTOCOL } from "../src/index.ts";
import { Happenings } from "./happenings.ts";

export interface ClientOptions {
  readonly plain?: boolean;
  readonly headers?: Readonly<Record<string, string>>;
}

export class Client extends Happenings {
  readonly socket: WebSocket;
  readonly messages: (Buffer | string)[] = [];
  readonly opened: Promise<boolean>;
  /** How it was closed; 1006 if it was cut off, or never made. */
  readonly closed: Promise<{ readonly code: number; readonly reason: string }>;

  /** @param path with the query of a plain client */
  constructor(port: number, path: string, { plain = false, headers = {} }: ClientOptions = {}) {
    super();
    const protocols = plain ? [] : [SUBPROTOCOL];
    // An all-zero mask is valid (RFC 6455 §5.3), and spares both sides the masking of large pictures.
    const generateMask = (mask: Buffer) => void mask.fill(0);
    const options = { headers, perMessageDeflate: false, generateMask };
    const socket = new WebSocket(`ws://127.0.0.1:${port}${path}`, protocols, options);
    this.socket = socket;
    socket.on("error", () => undefined);
    socket.on("message", (data: Buffer, isBinary) => {
      this.messages.push(isBinary ? data : data.toString());
      this.notify();
    });
    this.closed = new Promise((resolve) => {
      socket.on("close", (code, reason) => {
        resolve({ code, reason: reason.toString() });
        this.notify();
      });
    });
    const open = new Promise<boolean>((resolve) => socket.on("open", () => resolve(true)));
    this.opened = Promise.race([open, this.closed.then(() => false)]);
  }

  get binary(): Buffer[] {
    return this.messages.filter((message) => typeof message !== "string");
  }

  get text(): string[] {
    return this.messages.filter((message) => typeof message === "string");
  }

  /** Sends a hello and waits for the answer. @returns whether it was welcomed */
  async enter(
    room: string,
    more: { token?: string | undefined; producerId?: string } = {},
  ): Promise<boolean> {
    if (!(await this.opened)) return false;
    this.socket.send(encodeControl({ type: "hello", room, ...more }));
    const { CLOSED } = this.socket;
    await this.until(() => this.text.length > 0 || this.socket.readyState === CLOSED);
    return this.text[0]?.includes('"welcome"') === true;
  }

  /** Waits until the connection ends or it is time to leave. @returns the code, or undefined if we left */
  async untilClosed(leaving: AbortSignal, stayMs?: number): Promise<number | undefined> {
    const ended = this.closed.then(({ code }) => code);
    const code = await Promise.race([ended, timeToLeave(leaving, stayMs)]);
    this.socket.terminate();
    return code;
  }
}

export async function connect(
  { port }: { readonly port: number },
  path: string,
  options?: ClientOptions,
): Promise<Client> {
  const client = new Client(port, path, options);
  await once(client.socket, "open");
  return client;
}

/** Resolves after `stayMs`, or as soon as `leaving` is aborted. */
export async function timeToLeave(leaving: AbortSignal, stayMs?: number): Promise<undefined> {
  await new Promise<void>((resolve) => {
    leaving.addEventListener("abort", () => resolve());
    if (leaving.aborted) resolve();
    if (stayMs !== undefined) setTimeout(resolve, stayMs);
  });
}
