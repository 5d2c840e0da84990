/** A v1 viewer without a screen: it keeps a replica, acks at once, and remembers what every update cost. */
import {
  decodeUpdate,
  encodeAck,
  encodeControl,
  parseToViewerMessage,
  Replica,
  SUBPROTOCOL,
} from "@screen-share/protocol";
import WebSocket from "ws";
import { within } from "./wait.ts";

/** Many times what any update takes that a test waits for. */
const UNTIL_LIMIT_MS = 45_000;

export interface Received {
  /** ms of this process's clock */
  readonly at: number;
  /** of the whole message */
  readonly bytes: number;
  readonly tiles: number;
  readonly indices: readonly number[];
  /** ms on the relay's clock */
  readonly capturedAt: number;
  /** ms on the relay's clock */
  readonly encodedAt: number;
}

/** ms since 1970, finer than Date's. @param at of `performance.now()` */
export function wallNow(at = performance.now()): number {
  return performance.timeOrigin + at;
}

export class RawViewer {
  readonly replica = new Replica();
  readonly updates: Received[] = [];
  readonly #socket: WebSocket;
  #arrived: (() => void)[] = [];

  constructor(port: number, options: { readonly room?: string; readonly token?: string } = {}) {
    const { room = "main", token } = options;
    const url = `ws://localhost:${port}/ws/viewer`;
    this.#socket = new WebSocket(url, SUBPROTOCOL, { perMessageDeflate: false });
    this.#socket.binaryType = "nodebuffer";
    this.#socket.on("open", () => this.#socket.send(encodeControl({ type: "hello", room, token })));
    this.#socket.on("error", () => undefined);
    this.#socket.on("message", (data: Buffer, isBinary: boolean) => {
      if (isBinary) this.#update(data);
      else {
        const message = parseToViewerMessage(data.toString());
        if (message?.type === "stream") this.replica.describe(message.epoch, message.stream);
      }
      for (const arrived of this.#arrived.splice(0)) arrived();
    });
  }

  #update(data: Buffer): void {
    const update = decodeUpdate(data);
    this.replica.apply(update);
    this.updates.push({
      at: performance.now(),
      bytes: data.length,
      tiles: update.tiles.length,
      indices: update.tiles.map(({ index }) => index),
      capturedAt: update.capturedAt,
      encodedAt: update.encodedAt,
    });
    this.#socket.send(encodeAck(this.updates.length));
  }

  /** Resolves once `met` holds; asked again at each message. @throws Error if that takes too long */
  async until(met: () => boolean): Promise<void> {
    let over = false;
    const isMet = async () => {
      while (!over && !met()) await new Promise<void>((resolve) => this.#arrived.push(resolve));
    };
    await within(isMet(), UNTIL_LIMIT_MS, "waiting for an update").finally(() => {
      over = true;
    });
  }

  /** Says whether anybody can see it. */
  show(visible: boolean): void {
    this.#socket.send(encodeControl({ type: "visibility", visible }));
  }

  close(): void {
    this.#socket.terminate();
  }
}
