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
import type { Peer } from "./peer.ts";
import { protocolErrorOf } from "./refusal.ts";
import type { Producer, Room } from "./room.ts";
import { RoomSession } from "./room-session.ts";

/** Longer text is a picture that was sent as text, UTF-16 units. */
const MAX_TEXT_LENGTH = 1024;
/** The beginning of a JPEG in Base64, or of a data: URL. */
const TEXT_PICTURE = /^\s*(\/9j\/|data:image\/)/;

export class PlainProducer extends RoomSession implements Producer {
  readonly kind = "plain producer";
  protected override readonly plain = true;
  readonly producerId = undefined;
  readonly generation = undefined;
  readonly onDemand = false;
  readonly #claim: Claim;
  #stream: StreamDescription | undefined;
  #epoch = 0;
  #frames = 0;
  /** The newest frame, while the room is over its share of the relay's time. */
  #held: Uint8Array | undefined;

  constructor(
    admitted: { readonly room: Room; readonly grant: Grant; readonly claim: Claim },
    peer: Peer,
    private readonly options: { readonly maxBytes: number },
    now: number,
  ) {
    super(admitted.room, peer, admitted.grant);
    this.#claim = admitted.claim;
    this.room.takePlace(this, this.grant, now);
  }

  /** Shows the frame that was kept once the room is within its share again. */
  tick(now: number): void {
    const held = this.#held;
    if (!held || this.room.work.debtMs > 0) return;
    this.#hold(undefined);
    try {
      this.#show(held, now);
    } catch (error) {
      this.dismiss(protocolErrorOf(error));
    }
  }

  protected get counts() {
    return { frames: this.#frames };
  }

  protected handle(message: Uint8Array | string, now: number): void {
    if (typeof message === "string") {
      if (message.length <= MAX_TEXT_LENGTH && !TEXT_PICTURE.test(message)) return;
      throw new ProtocolError(
        "frames must be binary messages, each the bytes of one JPEG, not text",
      );
    }
    const { maxBytes } = this.options;
    if (message.length > maxBytes) {
      throw new ProtocolError(`a frame has at most ${maxBytes} bytes`, CLOSE.tooLarge);
    }
    const mustWait = this.room.work.debtMs > 0;
    this.#hold(mustWait ? new Uint8Array(message) : undefined);
    if (!mustWait) this.#show(message, now);
  }

  protected leave(now: number): void {
    this.#hold(undefined);
    this.room.leavePlace(this, now);
    this.#claim.release();
  }

  #hold(frame: Uint8Array | undefined): void {
    if (frame === this.#held) return;
    const grownBy = (frame?.length ?? 0) - (this.#held?.length ?? 0);
    this.#held = frame;
    this.room.picture.holdBeside(grownBy);
  }

  #show(frame: Uint8Array, now: number): void {
    const { room } = this;
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
