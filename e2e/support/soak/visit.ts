/** One WebSocket of a client that does not stay, and may break the protocol. */
import {
  encodeControl,
  parseToViewerMessage,
  SUBPROTOCOL,
  type ToViewerMessage,
} from "@screen-share/protocol";
import WebSocket from "ws";

export interface VisitOptions {
  readonly port: number;
  readonly path: "/ws/viewer" | "/ws/producer";
  /** Requests the subprotocol. */
  readonly v1?: boolean;
  readonly query?: string;
  readonly authorization?: string;
  readonly onBinary?: (data: Buffer) => void;
  readonly onControl?: (message: ToViewerMessage) => void;
}

export class Visit {
  readonly socket: WebSocket;
  /** The close code; 1006 if it was cut off. */
  readonly closed: Promise<number>;
  /** Whether the connection was made. */
  readonly opened: Promise<boolean>;
  /** Whether a v1 client was welcomed. */
  readonly welcomed: Promise<boolean>;

  constructor({
    port,
    path,
    v1 = true,
    query = "",
    authorization,
    onBinary,
    onControl,
  }: VisitOptions) {
    this.socket = new WebSocket(`ws://localhost:${port}${path}${query}`, v1 ? [SUBPROTOCOL] : [], {
      perMessageDeflate: false,
      headers: authorization === undefined ? {} : { Authorization: `Bearer ${authorization}` },
    });
    const { socket } = this;
    socket.on("error", () => undefined);
    this.closed = new Promise((resolve) => socket.on("close", resolve));
    const never = this.closed.then(() => false);
    const open = new Promise<boolean>((resolve) => socket.on("open", () => resolve(true)));
    this.opened = Promise.race([open, never]);
    const welcome = new Promise<boolean>((resolve) => {
      socket.on("message", (data: Buffer, isBinary: boolean) => {
        if (isBinary) onBinary?.(data);
        else if (v1) {
          const message = parseToViewerMessage(data.toString());
          if (message) onControl?.(message);
          if (message?.type === "welcome") resolve(true);
        }
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
  async untilClosed(leaving: AbortSignal, stayMs = Number.POSITIVE_INFINITY) {
    const left = new Promise<undefined>((resolve) => {
      leaving.addEventListener("abort", () => resolve(undefined));
      if (leaving.aborted) resolve(undefined);
      if (Number.isFinite(stayMs)) setTimeout(resolve, stayMs);
    });
    const code = await Promise.race([this.closed, left]);
    this.socket.terminate();
    return code;
  }
}
