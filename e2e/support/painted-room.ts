/** A relay and a plain producer whose picture a test chooses, and JPEGs as cameras and phones send them. */

import { type Client, connect } from "@screen-share/protocol/testing/client";
import jpegJs from "jpeg-js";
import type { Pixels } from "./pixels.ts";
import { freePort } from "./ports.ts";
import { type Program, startRelay } from "./programs.ts";

/** Pages dim a picture that is not sent again for a few seconds. */
const STILL_CURRENT_MS = 1000;

export class PaintedRoom {
  #jpeg: Uint8Array | undefined;
  readonly #still = setInterval(() => this.#send(), STILL_CURRENT_MS);

  private constructor(
    readonly port: number,
    private readonly relay: Program,
    private readonly producer: Client["socket"],
  ) {}

  /** Resolves once the picture can be watched. @param env for the relay @param token for the producer */
  static async open(
    picture: Pixels,
    env: Record<string, string> = {},
    token?: string,
  ): Promise<PaintedRoom> {
    const port = await freePort();
    const relay = await startRelay(port, { LOG_LEVEL: "warn", ...env });
    const query = token === undefined ? "" : `?token=${token}`;
    const { socket } = await connect({ port }, `/ws/producer${query}`, { plain: true });
    const room = new PaintedRoom(port, relay, socket);
    room.show(picture);
    return room;
  }

  show(picture: Pixels): void {
    this.showJpeg(jpegOf(picture));
  }

  showJpeg(jpeg: Uint8Array): void {
    this.#jpeg = jpeg;
    this.#send();
  }

  #send(): void {
    if (this.#jpeg) this.producer.send(this.#jpeg);
  }

  async close(): Promise<void> {
    clearInterval(this.#still);
    this.producer.terminate();
    await this.relay.end("SIGTERM");
  }
}

export function jpegOf({ width, height, data }: Pixels): Uint8Array {
  return jpegJs.encode({ width, height, data: Buffer.from(data) }, 90).data;
}

/** Thin lines on a plain field and a red corner, so that screenshots show its place and scale. */
export function testPicture(
  width: number,
  height: number,
  [red, green, blue]: readonly [number, number, number] = [40, 80, 120],
): Pixels {
  const data = new Uint8Array(width * height * 4);
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const at = (y * width + x) * 4;
      const line = x % 64 === 0 || y % 64 === 0;
      const corner = x < 128 && y < 128;
      const colour = line ? [255, 255, 255] : corner ? [220, 40, 40] : [red, green, blue];
      data.set([...colour, 255], at);
    }
  }
  return { width, height, data };
}

/** Adds an EXIF rotation (JEITA CP-3451, tag 0x0112), as a phone does that was turned. */
export function withRotation(jpeg: Uint8Array, orientation: number): Buffer {
  const exif = Buffer.from(
    "Exif\0\0MM\0*\0\0\0\x08\0\x01\x01\x12\0\x03\0\0\0\x01\0\0\0\0\0\0\0\0",
    "latin1",
  );
  exif[25] = orientation;
  const head = Buffer.from([0xff, 0xe1, 0, exif.length + 2]);
  return Buffer.concat([jpeg.subarray(0, 2), head, exif, jpeg.subarray(2)]);
}

export function withoutEnd(jpeg: Uint8Array): Buffer {
  return Buffer.from(jpeg.subarray(0, -2));
}

export function cutOff(jpeg: Uint8Array, share: number): Buffer {
  return Buffer.from(jpeg.subarray(0, Math.floor(jpeg.length * share)));
}
