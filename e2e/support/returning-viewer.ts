/**
 * A v1 viewer as a browser is one, without a screen: it keeps a replica, acknowledges at once, and comes back by itself, with the
 * page's patience. What the relay may not do to it is a problem, and said.
 */
import {
  Backoff,
  cellsOf,
  closeMeaning,
  decodeUpdate,
  encodeAck,
  encodeControl,
  ProtocolError,
  parseToViewerMessage,
  Replica,
  SUBPROTOCOL,
  type ToViewerMessage,
  type Update,
} from "@screen-share/protocol";
import WebSocket from "ws";

/** As apps/viewer/src/player/player.ts has it. */
const BACKOFF = { firstMs: 1000, maxMs: 4000 } as const;

export interface ReturningViewerOptions {
  readonly port: number;
  readonly room: string;
  readonly token?: string;
  /** Uniform in [0, 1). */
  readonly random: () => number;
  readonly onWelcome?: () => void;
  /** @param whole the first by which its connection has had a whole picture */
  readonly onUpdate?: (update: Update, whole: boolean) => void;
  /** The connection was lost; by a code that forbids to return, for good. */
  readonly onClosed?: (code: number) => void;
  readonly onProblem: (problem: string) => void;
}

export class ReturningViewer {
  readonly replica = new Replica();
  /** How many watch, as the relay told last. */
  viewers = 0;
  readonly #backoff = new Backoff(BACKOFF);
  #socket: WebSocket | undefined;
  #retry: ReturnType<typeof setTimeout> | undefined;
  #applied = 0;
  /** Tiles that this connection has not had yet; undefined before it was told how many there are. */
  #missing: Set<number> | undefined;

  constructor(private readonly options: ReturningViewerOptions) {
    this.#dial();
  }

  close(): void {
    clearTimeout(this.#retry);
    const socket = this.#socket;
    this.#socket = undefined;
    socket?.terminate();
  }

  #dial(): void {
    const { port, room, token } = this.options;
    const url = `ws://localhost:${port}/ws/viewer`;
    const socket = new WebSocket(url, SUBPROTOCOL, { perMessageDeflate: false });
    this.#socket = socket;
    this.#applied = 0;
    this.#missing = undefined;
    socket.on("open", () => socket.send(encodeControl({ type: "hello", room, token })));
    socket.on("error", () => undefined);
    socket.on("message", (data: Buffer, isBinary: boolean) => {
      if (socket !== this.#socket) return;
      try {
        if (isBinary) this.#update(socket, decodeUpdate(data));
        else this.#control(parseToViewerMessage(data.toString()));
      } catch (error) {
        if (!(error instanceof ProtocolError)) throw error;
        this.#complain(error.message);
      }
    });
    socket.on("close", (code) => {
      if (socket === this.#socket) this.#lost(code);
    });
  }

  #control(message: ToViewerMessage | undefined): void {
    if (message?.type === "welcome") {
      this.#backoff.reset();
      this.options.onWelcome?.();
    } else if (message?.type === "stream") {
      const { epoch, stream } = message;
      this.replica.describe(epoch, stream);
      const { count } = cellsOf(stream);
      this.#missing ??= new Set(Array.from({ length: count }, (_, index) => index));
    } else if (message?.type === "viewers") this.viewers = message.count;
  }

  #update(socket: WebSocket, update: Update): void {
    this.replica.apply(update);
    this.#applied++;
    socket.send(encodeAck(this.#applied));
    const before = this.#missing?.size;
    for (const { index } of update.tiles) this.#missing?.delete(index);
    this.options.onUpdate?.(update, this.#missing?.size === 0 && before !== 0);
  }

  #lost(code: number): void {
    this.replica.disconnect();
    this.options.onClosed?.(code);
    const { meaning, retryable } = closeMeaning(code);
    if (!retryable) {
      this.#complain(`it was closed for good with ${code}: ${meaning}`);
      return;
    }
    this.#retry = setTimeout(() => this.#dial(), this.#backoff.nextMs(this.options.random()));
  }

  #complain(problem: string): void {
    this.options.onProblem(`a viewer of ${this.options.room}: ${problem}`);
  }
}
