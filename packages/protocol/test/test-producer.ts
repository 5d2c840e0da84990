/** A v1 producer that sends given tiles. It dials until it is welcomed, counts acks, and reports errors of the relay. */
import {
  CLOSE,
  type Connection,
  closeMeaning,
  decodeAck,
  encodeUpdate,
  type ProducerMessage,
  parseToProducerMessage,
  type StreamDescription,
  type Tile,
  type ToProducerMessage,
} from "../src/index.ts";
import { connectTo, openWs, wallNow } from "./connect.ts";
import { Happenings } from "./happenings.ts";

const BACKOFF = { firstMs: 500, maxMs: 4000 } as const;

export interface TestProducerOptions {
  readonly port: number;
  readonly room: string;
  readonly token?: string | Promise<string>;
  readonly producerId?: string;
  readonly generation?: string | undefined;
  /** The token will expire soon, so a close with 4401 is right. */
  readonly onExpired?: (() => void) | undefined;
  readonly random?: () => number;
  readonly onWelcome?: () => void;
  readonly onClosed?: (code: number) => void;
  readonly onProblem?: (problem: string) => void;
}

export class TestProducer extends Happenings {
  readonly #connection: Connection<ToProducerMessage>;
  /** Of the connection that is dialled or live. */
  #epoch = 0;
  #sentCount = 0;
  #ackedCount = 0;
  /** Another connection will take its place, or it was dropped. */
  #leaving = false;

  constructor(private readonly options: TestProducerOptions) {
    super();
    const { port, room, producerId = "0".repeat(32), generation: gen } = options;
    let token: string | undefined;
    this.#connection = connectTo<ToProducerMessage>({
      random: options.random ?? Math.random,
      open: openWs(port, "producer"),
      backoff: BACKOFF,
      isRetryable: ({ code }) => !this.#leaving && closeMeaning(code).retryable,
      begin: (line) => {
        this.#epoch = 0;
        this.#sentCount = 0;
        this.#ackedCount = 0;
        return {
          hello: () => ({ type: "hello", room, token, producerId, gen }),
          parse: parseToProducerMessage,
          control: ({ type }) => {
            if (type === "welcome") options.onWelcome?.();
            this.notify();
          },
          binary: (data) => {
            this.#ackedCount = decodeAck(data);
            line.prove();
            this.notify();
          },
        };
      },
      lost: (end, retryAt) => {
        const code = end?.code ?? 1006;
        options.onClosed?.(code);
        this.notify();
        if (retryAt === undefined || (end?.byUs && code !== CLOSE.silent)) this.#ended(code);
      },
    });
    void Promise.resolve(options.token).then((minted) => {
      token = minted;
      if (!this.#leaving) this.#connection.dial();
    });
  }

  /** Welcomed, and all that was sent has been applied. */
  get idle(): boolean {
    const live = this.#connection.line?.live === true;
    return live && !this.#leaving && this.#sentCount === this.#ackedCount;
  }

  control(message: ProducerMessage): void {
    this.#connection.line?.send(message);
  }

  /** Begins an epoch with its whole picture. This and `update` return the `capturedAt` that they send. */
  whole(stream: StreamDescription, tiles: readonly Tile[]): number {
    this.control({ type: "stream", epoch: ++this.#epoch, stream });
    return this.#send(tiles, true);
  }

  update(tiles: readonly Tile[]): number {
    return this.#send(tiles, false);
  }

  drop(): void {
    this.#leaving = true;
    this.#connection.hangUp();
  }

  /** Another connection of the same agent will take the place, and the relay has to close this one for that. */
  expectReplacement(): void {
    const live = this.#connection.line?.live;
    this.#leaving = true;
    if (!live) this.drop();
  }

  #send(tiles: readonly Tile[], keyframe: boolean): number {
    const now = wallNow();
    const times = { capturedAt: now, encodedAt: now, relayedAt: 0 };
    const update = { keyframe, cut: false, epoch: this.#epoch, ...times, tiles };
    if (this.#connection.line?.send(encodeUpdate(update))) this.#sentCount++;
    return now;
  }

  #ended(code: number): void {
    const { onExpired, onProblem } = this.options;
    const { meaning } = closeMeaning(code);
    const expired = onExpired !== undefined && code === CLOSE.unauthorized;
    // The relay itself may have ended before it could replace this connection.
    const fine: readonly number[] = [CLOSE.replaced, CLOSE.restarting, 1006];
    if (this.#leaving && (expired || fine.includes(code))) return;
    if (expired) onExpired();
    else onProblem?.(`was closed with ${code}${this.#leaving ? ", not replaced" : ""}: ${meaning}`);
  }
}
