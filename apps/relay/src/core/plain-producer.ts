/**
 * A plain producer: no subprotocol, no hello; every binary message is a whole JPEG, and a frame is an update of the one
 * tile of codec `jpeg`. Text is passed over.
 */
import {
  CLOSE,
  type CloseCode,
  ProtocolError,
  readJpegSize,
  type StreamDescription,
} from "@screen-share/protocol";
import type { Grant } from "./access.ts";
import type { Hub } from "./hub.ts";
import type { Peer, Session } from "./peer.ts";
import { refusing } from "./refusing.ts";
import type { Producer, Room } from "./room.ts";

export class PlainProducer implements Session, Producer {
  readonly kind = "plain producer";
  readonly producerId = undefined;
  readonly generation = undefined;
  readonly onDemand = false;
  #room: Room | undefined;
  #joined = false;
  #stream: StreamDescription | undefined;
  #epoch = 0;
  #frames = 0;

  constructor(
    hub: Hub,
    private readonly peer: Peer,
    private readonly options: {
      readonly maxBytes: number;
      readonly room: string;
      readonly grant: Grant;
      /** The clock that `now` arguments are read from, ms. */
      readonly clock: () => number;
    },
    now: number,
  ) {
    refusing(this, () => {
      const room = hub.enter(options.room, now);
      room.takePlace(this, options.grant, now);
      this.#room = room;
      this.#joined = true;
    });
  }

  get summary(): Readonly<Record<string, unknown>> {
    const room = this.#joined ? { room: this.options.room } : {};
    const { grant } = this.options;
    return { kind: this.kind, ...room, name: grant.name, frames: this.#frames };
  }

  receive(message: Uint8Array | string, now: number): void {
    const room = this.#room;
    if (!room || typeof message === "string") return;
    refusing(this, () => {
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
      room.stats.applied({ bytes: message.length, uplinkMs: undefined });
      room.advance(now);
    });
  }

  ponged(): void {}
  drained(): void {}
  tick(): void {}
  demandChanged(): void {}

  ended(now: number): void {
    this.#room?.leavePlace(this, now);
    this.#room = undefined;
  }

  dismiss(code: CloseCode, reason: string): void {
    this.ended(this.options.clock());
    this.peer.close(code, reason);
  }
}
