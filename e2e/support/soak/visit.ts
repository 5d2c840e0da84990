/** One WebSocket of a client that is plain, or that breaks the protocol. It never reconnects. */
import { encodeControl, parseToViewerMessage, SUBPROTOCOL } from "@screen-share/protocol";
import WebSocket from "ws";

export interface VisitOptions {
  readonly port: number;
  readonly path: "/ws/viewer" | "/ws/producer";
  /** Requests the subprotocol. */
  readonly v1?: boolean;
  readonly query?: string;
  readonly authorization?: string;
}

export class Visit {
  readonly socket: WebSocket;
  /** The close code; 1006 if it was cut off. */
  readonly closed: Promise<number>;
  /** Whether the connection was made. */
  readonly opened: Promise<boolean>;
  /** Whether a v1 client was welcomed. */
  readonly welcomed: Promise<boolean>;

  constructor({ port, path, v1 = true, query = "", authorization }: VisitOptions) {
    const socket = new WebSocket(`ws://localhost:${port}${path}${query}`, v1 ? [SUBPROTOCOL] : [], {
      perMessageDeflate: false,
      headers: authorization === undefined ? {} : { Authorization: `Bearer ${authorization}` },
    });
    this.socket = socket;
    socket.on("error", () => undefined);
    this.closed = new Promise((resolve) => socket.on("close", resolve));
    const never = this.closed.then(() => false);
    const open = new Promise<boolean>((resolve) => socket.on("open", () => resolve(true)));
    this.opened = Promise.race([open, never]);
    const welcome = new Promise<boolean>((resolve) => {
      socket.on("message", (data: Buffer, isBinary: boolean) => {
        if (isBinary || !v1) return;
        if (parseToViewerMessage(data.toString())?.type === "welcome") resolve(true);
      });
    });
    this.welcomed = Promise.race([welcome, never]);
  }

  /** Sends a hello and waits for the answer. @returns whether it was welcomed */
  async enter(room: string, token: string | undefined): Promise<boolean> {
    if (!(await this.opened)) return false;
    this.socket.send(encodeControl({ type: "hello", room, token }));
    return await this.welcomed;
  }

  /** Waits until the connection ends or it is time to leave. @returns the code, or undefined if we left */
  async untilClosed(leaving: AbortSignal, stayMs?: number): Promise<number | undefined> {
    const code = await Promise.race([this.closed, timeToLeave(leaving, stayMs)]);
    this.socket.terminate();
    return code;
  }
}

/** Resolves after `stayMs`, or as soon as `leaving` is aborted. */
export async function timeToLeave(leaving: AbortSignal, stayMs?: number): Promise<undefined> {
  await new Promise<void>((resolve) => {
    leaving.addEventListener("abort", () => resolve());
    if (leaving.aborted) resolve();
    if (stayMs !== undefined) setTimeout(resolve, stayMs);
  });
}
