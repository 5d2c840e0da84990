/** A producer whose whole picture moves: about 100 KB of changed tiles at 10 fps, encoded beforehand. */
import { once } from "node:events";
import {
  encodeControl,
  encodeUpdate,
  geometryOf,
  type StreamDescription,
  SUBPROTOCOL,
  type Tile,
} from "@screen-share/protocol";
import { encodeTiles, screenLike } from "@screen-share/protocol/testing";
import WebSocket from "ws";
import { wallNow } from "./raw-viewer.ts";

const SIZE = { width: 640, height: 432 } as const;
const PICTURES = 4;
const QUALITY = 90;

export const FPS = 10;
export const MOVING = Array.from({ length: geometryOf(SIZE).tileCount }, (_, index) => index);

export class Motion {
  #timer: ReturnType<typeof setInterval> | undefined;
  /** Of every picture that was sent, ms since 1970. */
  readonly captures: number[] = [];

  private constructor(
    private readonly socket: WebSocket,
    private readonly pictures: readonly (readonly Tile[])[],
  ) {}

  /** Resolves once the relay takes its pictures, and the first is sent. */
  static async start(port: number, token: string): Promise<Motion> {
    const encoded = Array.from({ length: PICTURES }, (_, i) =>
      encodeTiles(screenLike(SIZE, i + 1), QUALITY),
    );
    const tables = encoded.slice(0, 1).map((picture) => picture.tables);
    const stream: StreamDescription = { codec: "jpeg-tiles", ...SIZE, tables };
    const socket = new WebSocket(`ws://localhost:${port}/ws/producer`, SUBPROTOCOL);
    await once(socket, "open");
    const hello = { room: "main", token, producerId: "0".repeat(32) };
    socket.send(encodeControl({ type: "hello", ...hello }));
    await once(socket, "message");
    socket.send(encodeControl({ type: "stream", epoch: 1, stream }));
    const motion = new Motion(
      socket,
      encoded.map(({ tiles }) => tiles),
    );
    motion.#send();
    motion.#timer = setInterval(() => motion.#send(), 1000 / FPS);
    return motion;
  }

  /** The picture as it is. */
  get newest(): readonly Tile[] {
    return this.pictures[(this.captures.length - 1) % PICTURES] ?? [];
  }

  /** Nothing moves any more, but the producer stays. */
  rest(): void {
    clearInterval(this.#timer);
  }

  /** KB of tiles an update. */
  get pictureKb(): number {
    const bytes = this.pictures.flat().reduce((sum, tile) => sum + tile.bytes.length, 0);
    return bytes / this.pictures.length / 1000;
  }

  stop(): void {
    this.rest();
    this.socket.terminate();
  }

  #send(): void {
    const capturedAt = wallNow();
    this.captures.push(capturedAt);
    const tiles = this.newest;
    const times = { capturedAt, encodedAt: capturedAt, relayedAt: 0 };
    this.socket.send(encodeUpdate({ keyframe: true, cut: false, epoch: 1, ...times, tiles }));
  }
}
