/**
 * One connection to the relay, once it has said welcome: which epoch it is in, how many updates were sent and how
 * many of them applied, and whether the whole picture is wanted. Dies with its connection, so the next one begins
 * with the stream's description and the whole picture. Knows nothing of sockets, timers or pixels.
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
} from "@screen-share/protocol";

/** What the pipeline wants published. */
export interface Picture {
  readonly stream: StreamDescription;
  /** What it is a picture of; another one begins an epoch. */
  readonly subject: string;
  /** Whether `tiles` are all there are. */
  readonly keyframe: boolean;
  /** What changed, in ascending order; none says that the picture is still current. */
  readonly tiles: readonly Tile[];
  /** ms on our clock */
  readonly capturedAt: number;
  /** ms on our clock */
  readonly encodedAt: number;
}

/** The messages of a picture, to be sent in this order and then committed. */
export interface Composed {
  readonly picture: Picture;
  /** Begins an epoch, where the picture needs one. */
  readonly stream: string | undefined;
  readonly update: Uint8Array;
}

export class Session {
  /** The relay's clock. */
  readonly clock = new ClockOffset();
  #epoch = 0;
  #described: { readonly stream: StreamDescription; readonly subject: string } | undefined;
  #sent = 0;
  #applied = 0;
  #sentAt = Number.NEGATIVE_INFINITY;

  /** Whether everything that was sent was applied: only then may more be sent. */
  get idle(): boolean {
    return this.#applied === this.#sent;
  }

  /** Whether the next update begins an epoch, if it is of this stream and subject: then it must hold every tile. */
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

  /** The relay wants the stream's description and the whole picture anew. Asking twice is asking once. */
  refresh(): void {
    this.#described = undefined;
  }

  /**
   * The relay has applied `count` updates of this connection.
   * @throws ProtocolError for more than were sent, or fewer than before
   */
  acknowledge(count: number): void {
    if (count > this.#sent) throw new ProtocolError("an ack is ahead of what was sent");
    if (count < this.#applied) throw new ProtocolError("an ack takes an earlier one back");
    this.#applied = count;
  }

  /** The messages of a picture. Changes nothing: once they were accepted, `commit` does. */
  compose(picture: Picture): Composed {
    const { stream, subject, keyframe, tiles } = picture;
    const beginsEpoch = this.needsWhole(stream, subject);
    if (beginsEpoch && !keyframe) throw new Error("a keyframe was due");
    const epoch = this.#epoch + (beginsEpoch ? 1 : 0);
    return {
      picture,
      stream: beginsEpoch ? encodeControl({ type: "stream", epoch, stream }) : undefined,
      update: encodeUpdate({
        keyframe,
        cut: false,
        epoch,
        capturedAt: this.#onRelayClock(picture.capturedAt),
        encodedAt: this.#onRelayClock(picture.encodedAt),
        relayedAt: 0,
        tiles,
      }),
    };
  }

  /** The socket took a picture's messages. */
  commit({ picture, stream }: Composed): void {
    if (stream !== undefined) {
      this.#epoch++;
      this.#described = { stream: picture.stream, subject: picture.subject };
    }
    this.#sent++;
    this.#sentAt = picture.encodedAt;
  }

  #onRelayClock(localMs: number): number {
    return Math.max(0, this.clock.toRemote(localMs));
  }
}
