/** One v1 producer's way to the relay: dials until it is welcomed, sends what it is given, and counts the acks. */
import {
  Backoff,
  CLOSE,
  closeMeaning,
  decodeAck,
  encodeControl,
  encodeUpdate,
  type ProducerMessage,
  parseToProducerMessage,
  type StreamDescription,
  SUBPROTOCOL,
  type Tile,
} from "@screen-share/protocol";
import WebSocket from "ws";

const BACKOFF = { firstMs: 500, maxMs: 4000 } as const;

export interface ProducerLinkOptions {
  readonly port: number;
  readonly hello: Extract<ProducerMessage, { type: "hello" }>;
  readonly token: () => Promise<string>;
  /** It will be closed with 4401, and that is right. */
  readonly tokenIsShort: boolean;
  readonly random: () => number;
  readonly onWelcome: () => void;
  readonly onExpired: () => void;
  readonly onProblem: (problem: string) => void;
}

export class ProducerLink {
  readonly #backoff = new Backoff(BACKOFF);
  #socket: WebSocket | undefined;
  #retry: ReturnType<typeof setTimeout> | undefined;
  #state: "dialling" | "welcomed" | "ending" = "dialling";
  #epoch = 0;
  #sent = 0;
  #acked = 0;

  constructor(private readonly options: ProducerLinkOptions) {
    void this.#dial();
  }

  /** Welcomed, and all that was sent is applied. */
  get idle(): boolean {
    return this.#state === "welcomed" && this.#sent === this.#acked;
  }

  control(message: ProducerMessage): void {
    this.#socket?.send(encodeControl(message));
  }

  /** Begins an epoch with its whole picture. */
  whole(stream: StreamDescription, tiles: readonly Tile[]): void {
    this.control({ type: "stream", epoch: ++this.#epoch, stream });
    this.#send(tiles, true);
  }

  /** Sends what changed. */
  update(tiles: readonly Tile[]): void {
    this.#send(tiles, false);
  }

  /** Ends without a word. */
  drop(): void {
    clearTimeout(this.#retry);
    const socket = this.#socket;
    this.#state = "ending";
    this.#socket = undefined;
    socket?.terminate();
  }

  /** Another connection of the same agent will take the place; if it does, this one has to be told so. */
  expectReplacement(): void {
    if (this.#state === "dialling") this.drop();
    this.#state = "ending";
  }

  #send(tiles: readonly Tile[], keyframe: boolean): void {
    const now = performance.timeOrigin + performance.now();
    const times = { capturedAt: now, encodedAt: now, relayedAt: 0 };
    this.#sent++;
    this.#socket?.send(encodeUpdate({ keyframe, cut: false, epoch: this.#epoch, ...times, tiles }));
  }

  async #dial(): Promise<void> {
    const { port, hello, onWelcome } = this.options;
    const token = await this.options.token();
    if (this.#state === "ending") return;
    const url = `ws://localhost:${port}/ws/producer`;
    const socket = new WebSocket(url, SUBPROTOCOL, { perMessageDeflate: false });
    this.#socket = socket;
    this.#epoch = 0;
    this.#sent = 0;
    this.#acked = 0;
    socket.on("error", () => undefined);
    socket.on("open", () => socket.send(encodeControl({ ...hello, token })));
    socket.on("close", (code) => {
      if (socket === this.#socket) this.#lost(code);
    });
    socket.on("message", (data: Buffer, isBinary: boolean) => {
      if (isBinary) this.#acked = decodeAck(data);
      else if (parseToProducerMessage(data.toString())?.type === "welcome") {
        this.#backoff.reset();
        if (this.#state === "dialling") this.#state = "welcomed";
        onWelcome();
      }
    });
  }

  #lost(code: number): void {
    const { tokenIsShort, onProblem, onExpired, random } = this.options;
    const { meaning, retryable } = closeMeaning(code);
    const replaced = this.#state === "ending";
    if (replaced) {
      // The relay itself may have gone before it could replace anybody, and a short token may have expired.
      const fine: number[] = [CLOSE.replaced, CLOSE.restarting, 1006];
      if (tokenIsShort) fine.push(CLOSE.unauthorized);
      if (!fine.includes(code)) onProblem(`was replaced, but closed with ${code}: ${meaning}`);
      return;
    }
    this.#state = "dialling";
    if (code === CLOSE.unauthorized && tokenIsShort) onExpired();
    else if (retryable)
      this.#retry = setTimeout(() => void this.#dial(), this.#backoff.nextMs(random()));
    else onProblem(`was closed for good with ${code}: ${meaning}`);
  }
}
