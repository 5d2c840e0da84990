/** The members of a room that is under attack: a producer that behaves, and viewers that must be shown everything. */
import { once } from "node:events";
import {
  decodeUpdate,
  encodeAck,
  encodeControl,
  encodeUpdate,
  parseToViewerMessage,
  Replica,
  SUBPROTOCOL,
} from "@screen-share/protocol";
import WebSocket, { type RawData } from "ws";
import { picturePair, tilesAsText, tilesOf } from "../participants.ts";
import { HALL, hello } from "./attack.ts";

/** Between two updates, ms. */
const PAUSE_MS = 30;

const { stream, first, second } = picturePair();

class Member {
  readonly replica = new Replica();
  readonly socket: WebSocket;
  /** When the newest picture that it was shown was captured: here, the number of its update. */
  shown = 0;
  messageCount = 0;
  binaryCount = 0;
  closed: number | undefined;
  #waiting: (() => void)[] = [];

  constructor(port: number, role: "viewer" | "producer") {
    this.socket = new WebSocket(`ws://127.0.0.1:${port}/ws/${role}`, [SUBPROTOCOL]);
    this.socket.on("error", () => undefined);
    this.socket.on("close", (code) => {
      this.closed = code;
      this.#tell();
    });
    this.socket.on("message", (data: RawData, isBinary: boolean) => {
      const bytes = data as Buffer;
      this.messageCount++;
      if (isBinary) this.binaryCount++;
      if (role === "viewer") this.#watch(bytes, isBinary);
      this.#tell();
    });
  }

  /** Resolves once this holds. @throws Error if the connection is over first */
  async until(met: () => boolean): Promise<void> {
    while (!met()) {
      if (this.closed !== undefined) throw new Error(`a member was closed with ${this.closed}`);
      await new Promise<void>((resolve) => this.#waiting.push(resolve));
    }
  }

  #tell(): void {
    for (const tell of this.#waiting.splice(0)) tell();
  }

  #watch(bytes: Buffer, isBinary: boolean): void {
    if (!isBinary) {
      const message = parseToViewerMessage(bytes.toString());
      if (message?.type === "stream") this.replica.describe(message.epoch, message.stream);
      return;
    }
    const update = decodeUpdate(bytes);
    this.replica.apply(update);
    this.shown = update.capturedAt;
    this.socket.send(encodeAck(this.binaryCount));
  }
}

export class Members {
  /** How many updates all viewers were shown, one after another. */
  updates = 0;
  /** The longest that one of them took to all viewers, ms. */
  slowestMs = 0;
  #going = true;
  #run: Promise<void> = Promise.resolve();
  #problem: unknown;

  private constructor(
    private readonly producer: Member,
    private readonly viewers: readonly Member[],
  ) {}

  /** A producer and three viewers in the hall, with a picture, going on until they are stopped. */
  static async gather(port: number): Promise<Members> {
    const producer = new Member(port, "producer");
    const viewers = [1, 2, 3].map(() => new Member(port, "viewer"));
    await Promise.all([producer, ...viewers].map(({ socket }) => once(socket, "open")));
    producer.socket.send(hello("producer", HALL));
    for (const { socket } of viewers) socket.send(hello("viewer", HALL));
    const members = new Members(producer, viewers);
    await Promise.all(
      [producer, ...viewers].map((each) => each.until(() => each.messageCount > 0)),
    );
    producer.socket.send(encodeControl({ type: "stream", epoch: 1, stream }));
    members.#run = members.#goOn().catch((error: unknown) => {
      members.#problem = error;
    });
    return members;
  }

  /**
   * @returns the pictures of all, as text: the producer's first
   * @throws Error if one of them was put out meanwhile
   */
  async stop(): Promise<string[][]> {
    this.#going = false;
    await this.#run;
    if (this.#problem !== undefined) throw this.#problem;
    const pictures = this.viewers.map(({ replica }) => tilesOf(replica));
    for (const { socket } of [this.producer, ...this.viewers]) socket.terminate();
    return [tilesAsText(this.#pictureOf(this.updates)), ...pictures];
  }

  /** Each update changes every tile, and comes when all have seen the one before: none may be missing. */
  async #goOn(): Promise<void> {
    while (this.#going) {
      const number = this.updates + 1;
      const startedAt = performance.now();
      this.producer.socket.send(
        encodeUpdate({
          keyframe: number === 1,
          cut: false,
          epoch: 1,
          capturedAt: number,
          encodedAt: number,
          relayedAt: 0,
          tiles: this.#pictureOf(number),
        }),
      );
      await this.producer.until(() => this.producer.binaryCount === number);
      await Promise.all(this.viewers.map((viewer) => viewer.until(() => viewer.shown === number)));
      this.slowestMs = Math.max(this.slowestMs, performance.now() - startedAt);
      this.updates = number;
      await new Promise((next) => setTimeout(next, PAUSE_MS));
    }
  }

  #pictureOf(number: number) {
    return number % 2 ? first : second;
  }
}
