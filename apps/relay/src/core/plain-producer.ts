/**
 * A plain producer: no subprotocol, no hello; every binary message is a whole JPEG, and a frame is an update of the one
 * tile of codec `jpeg`. Text is passed over.
 */
import { CLOSE, ProtocolError, readJpegSize, type StreamDescription } from "@screen-share/protocol";
import type { Hub } from "./hub.ts";
import type { Peer, Session } from "./peer.ts";
import { refusing } from "./refusing.ts";
import type { Producer, Room } from "./room.ts";

export class PlainProducer implements Session, Producer {
  readonly producerId = undefined;
  #room: Room | undefined;
  #stream: StreamDescription | undefined;
  #epoch = 0;
  #frames = 0;

  constructor(
    hub: Hub,
    private readonly peer: Peer,
    private readonly options: { readonly maxBytes: number; readonly room: string },
    now: number,
  ) {
    refusing(peer, () => {
      const room = hub.enter(options.room, now);
      room.takePlace(this, now);
      this.#room = room;
    });
  }

  get summary(): Readonly<Record<string, unknown>> {
    return { kind: "plain producer", room: this.options.room, frames: this.#frames };
  }

  receive(message: Uint8Array | string, now: number): void {
    const room = this.#room;
    if (!room || typeof message === "string") return;
    refusing(this.peer, () => {
      if (message.length > this.options.maxBytes) {
        throw new ProtocolError(
          `a frame has at most ${this.options.maxBytes} bytes`,
          CLOSE.tooLarge,
        );
      }
      const size = readJpegSize(message);
      if (size.width !== this.#stream?.width || size.height !== this.#stream.height) {
        this.#stream = { codec: "jpeg", ...size, tables: [] };
        room.picture.describe(++this.#epoch, this.#stream);
      }
      room.picture.apply(
        {
          keyframe: true,
          cut: false,
          epoch: this.#epoch,
          capturedAt: 0,
          encodedAt: 0,
          relayedAt: 0,
          tiles: [{ index: 0, table: 0, bytes: message }],
        },
        now,
      );
      this.#frames++;
      room.advance();
    });
  }

  ponged(): void {}
  drained(): void {}
  tick(): void {}

  ended(now: number): void {
    this.#room?.leavePlace(this, now);
    this.#room = undefined;
  }

  /** Never called: without a producerId nobody takes over. */
  replaced(): void {}
}
