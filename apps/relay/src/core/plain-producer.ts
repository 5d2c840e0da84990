/**
 * A plain producer: it has no subprotocol and sends no hello. Every binary message is a frame, a whole JPEG, which becomes an update of the
 * only tile of codec `jpeg`. Short text is ignored. While its room is over its share of the relay's time, only the newest frame is kept.
 */
import {
  CLOSE,
  JPEG,
  ProtocolError,
  readJpegSize,
  type StreamDescription,
} from "@screen-share/protocol";
import type { Claim } from "./directory.ts";
import type { Grant } from "./grant.ts";
import type { Peer, Session } from "./peer.ts";
import { refusing } from "./refusal.ts";
import type { Producer, Room } from "./room.ts";

/** Longer text is a picture that was sent as text, UTF-16 units. */
const MAX_TEXT_LENGTH = 1024;
/** The beginning of a JPEG in Base64, or of a data: URL. */
const TEXT_PICTURE = /^\s*(\/9j\/|data:image\/)/;

export class PlainProducer implements Session, Producer {
  readonly kind = "plain producer";
  readonly producerId = undefined;
  readonly generation = undefined;
  readonly onDemand = false;
  #ended = false;
  #stream: StreamDescription | undefined;
  #epoch = 0;
  #frames = 0;
  /** The newest frame, while the room is over its share of the relay's time. */
  #held: Uint8Array | undefined;

  /** @throws ProtocolError as `Room.takePlace` */
  constructor(
    private readonly admitted: {
      readonly room: Room;
      readonly grant: Grant;
      readonly claim: Claim;
    },
    private readonly peer: Peer,
    private readonly options: {
      readonly maxBytes: number;
      /** The clock that `now` arguments are read from, ms. */
      readonly clock: () => number;
    },
    now: number,
  ) {
    const { room, grant } = admitted;
    room.takePlace(this, grant, now);
  }

  get summary(): Readonly<Record<string, unknown>> {
    const { room, grant } = this.admitted;
    return { kind: this.kind, room: room.name, name: grant.name, frames: this.#frames };
  }

  receive(message: Uint8Array | string, now: number): void {
    if (this.#ended) return;
    const { room } = this.admitted;
    refusing(this, () => {
      if (typeof message === "string") return checkText(message);
      if (message.length > this.options.maxBytes) {
        throw new ProtocolError(
          `a frame has at most ${this.options.maxBytes} bytes`,
          CLOSE.tooLarge,
        );
      }
      if (room.work.debtMs > 0) this.#hold(room, new Uint8Array(message));
      else {
        this.#hold(room, undefined);
        this.#show(room, message, now);
      }
    });
  }

  ponged(): void {}
  drained(): void {}
  demandChanged(): void {}

  /** Shows the frame that was kept once the room is within its share again. */
  tick(now: number): void {
    const { room } = this.admitted;
    const held = this.#held;
    if (!held || room.work.debtMs > 0) return;
    this.#hold(room, undefined);
    refusing(this, () => this.#show(room, held, now));
  }

  ended(now: number): void {
    if (this.#ended) return;
    this.#ended = true;
    const { room, claim } = this.admitted;
    this.#hold(room, undefined);
    room.leavePlace(this, now);
    claim.release();
  }

  dismiss({ closeCode, message }: ProtocolError): void {
    this.ended(this.options.clock());
    this.peer.close(closeCode, message);
  }

  #hold({ picture }: Room, frame: Uint8Array | undefined): void {
    if (frame === this.#held) return;
    const grownBy = (frame?.length ?? 0) - (this.#held?.length ?? 0);
    this.#held = frame;
    picture.holdBeside(grownBy);
  }

  #show(room: Room, frame: Uint8Array, now: number): void {
    room.work.spend(() => {
      const size = readJpegSize(frame);
      if (size.width !== this.#stream?.width || size.height !== this.#stream.height) {
        this.#stream = { codec: JPEG.name, ...size, tables: [] };
        room.picture.describe(++this.#epoch, this.#stream);
      }
      const times = { capturedAt: 0, encodedAt: 0, relayedAt: 0 };
      const tiles = [{ index: 0, table: 0, bytes: frame }];
      room.picture.apply({ keyframe: true, cut: false, epoch: this.#epoch, ...times, tiles }, now);
    });
    this.#frames++;
    room.stats.applied({ bytes: frame.length, uplinkMs: undefined });
    room.advance(now);
  }
}

/** @throws ProtocolError for a picture that was sent as text */
function checkText(text: string): void {
  if (text.length <= MAX_TEXT_LENGTH && !TEXT_PICTURE.test(text)) return;
  throw new ProtocolError("frames must be binary messages, each the bytes of one JPEG, not text");
}
