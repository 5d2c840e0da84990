/**
 * One connection to the relay, once it has said welcome: which epoch it is in, what was sent and not applied yet, and whether
 * the whole picture is wanted. Dies with its connection, so the next one begins with the stream's description and the
 * whole picture. Knows nothing of sockets, timers or pixels.
 */
import {
  ClockOffset,
  CURRENT_INTERVAL_MS,
  encodeControl,
  encodeUpdate,
  ProtocolError,
  type StreamDescription,
  sameStream,
  type Tile,
  Window,
} from "@screen-share/protocol";

/** What the pipeline wants published. */
export interface Picture {
  readonly stream: StreamDescription;
  /** What it is a picture of; another one begins an epoch. */
  readonly subject: string;
  /** Whether `tiles` are all there are. */
  readonly keyframe: boolean;
  /** Whether `tiles` are only a part of what changed. */
  readonly cut: boolean;
  /** What changed, in ascending order; none says that the picture is still current. */
  readonly tiles: readonly Tile[];
  /** ms on our clock */
  readonly capturedAt: number;
  /** ms on our clock */
  readonly encodedAt: number;
}

/** The messages of a picture, to be sent in this order and then committed. */
export interface PictureMessages {
  readonly picture: Picture;
  /** Begins an epoch, where the picture needs one. */
  readonly stream: string | undefined;
  readonly update: Uint8Array;
}

export class Session {
  /** The relay's clock. */
  readonly clock = new ClockOffset();
  /** What may be on its way. */
  readonly window = new Window();
  #epoch = 0;
  #described: { readonly stream: StreamDescription; readonly subject: string } | undefined;
  #sent = 0;
  #applied = 0;
  #sentAt = Number.NEGATIVE_INFINITY;

  /** The window refused what waits: nothing more is to be grabbed before an ack. */
  waiting = false;

  /** How many updates the relay has applied. */
  get applied(): number {
    return this.#applied;
  }

  /** Whether everything that was sent was applied. */
  get idle(): boolean {
    return this.#applied === this.#sent;
  }

  /** Whether the next update begins an epoch, if it is of this stream and subject: then nothing was sent of it yet. */
  needsWhole(stream: StreamDescription, subject: string): boolean {
    const described = this.#described;
    return !described || described.subject !== subject || !sameStream(described.stream, stream);
  }

  /**
   * Whether it is time for an update though nothing changed, lest the picture be taken for a stalled one.
   * @param now our clock, ms
   * @param nextInMs when the next chance will be
   */
  currentDue(now: number, nextInMs: number): boolean {
    return now + nextInMs >= this.#sentAt + CURRENT_INTERVAL_MS;
  }

  /** Somebody watches again: whatever there is to see, they are to be told that it is of now. */
  wake(): void {
    this.#sentAt = Number.NEGATIVE_INFINITY;
  }

  /** The relay wants the stream's description and the whole picture anew. Asking twice is asking once. */
  refresh(): void {
    this.#described = undefined;
  }

  /**
   * The relay has applied `count` updates of this connection.
   * @param now our clock, ms
   * @throws ProtocolError for more than were sent, or fewer than before
   */
  acknowledge(count: number, now: number): void {
    if (count > this.#sent) throw new ProtocolError("an ack is ahead of what was sent");
    if (count < this.#applied) throw new ProtocolError("an ack takes an earlier one back");
    this.window.acked(count - this.#applied, now);
    this.waiting = false;
    this.#applied = count;
  }

  /** The messages of a picture. Changes nothing: once they were accepted, `commit` does. */
  compose(picture: Picture): PictureMessages {
    const { stream, subject, keyframe, cut, tiles } = picture;
    const beginsEpoch = this.needsWhole(stream, subject);
    const epoch = this.#epoch + (beginsEpoch ? 1 : 0);
    return {
      picture,
      stream: beginsEpoch ? encodeControl({ type: "stream", epoch, stream }) : undefined,
      update: encodeUpdate({
        keyframe,
        cut,
        epoch,
        capturedAt: this.#onRelayClock(picture.capturedAt),
        encodedAt: this.#onRelayClock(picture.encodedAt),
        relayedAt: 0,
        tiles,
      }),
    };
  }

  /** The socket took a picture's messages. @param now our clock, ms */
  commit({ picture, stream, update }: PictureMessages, now: number): void {
    if (stream !== undefined) {
      this.#epoch++;
      this.#described = { stream: picture.stream, subject: picture.subject };
    }
    this.#sent++;
    this.window.sent(update.length, now);
    this.#sentAt = picture.encodedAt;
  }

  #onRelayClock(localMs: number): number {
    return Math.max(0, this.clock.toRemote(localMs));
  }
}
