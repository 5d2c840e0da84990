/** One WebSocket of somebody who does not stay. */
import { encodeControl, parseToViewerMessage, SUBPROTOCOL } from "@screen-share/protocol";
import WebSocket from "ws";

export interface VisitOptions {
  readonly port: number;
  readonly path: "/ws/viewer" | "/ws/producer";
  /** Asks for the subprotocol. */
  readonly v1?: boolean;
  readonly query?: string;
  readonly authorization?: string;
  /** Whatever comes in binary. */
  readonly onBinary?: (data: Buffer) => void;
}

export class Visit {
  readonly socket: WebSocket;
  /** The code that it was closed with; 1006 if it was cut off. */
  readonly closed: Promise<number>;
  /** Whether the connection came about. */
  readonly opened: Promise<boolean>;
  /** Whether a v1 visitor was let in. */
  readonly welcomed: Promise<boolean>;

  constructor({ port, path, v1 = true, query = "", authorization, onBinary }: VisitOptions) {
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
        else if (v1 && parseToViewerMessage(data.toString())?.type === "welcome") resolve(true);
      });
    });
    this.welcomed = Promise.race([welcome, never]);
  }

  /** Says hello and waits for the answer. @returns whether it was let in */
  async enter(room: string, token: string | undefined): Promise<boolean> {
    if (!(await this.opened)) return false;
    this.socket.send(encodeControl({ type: "hello", room, token }));
    return await this.welcomed;
  }

  /** Waits until the connection ends, or it is time to go. @returns the code, or undefined if we left */
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
