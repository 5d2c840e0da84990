/**
 * One connection to a relay that has welcomed us, as the pipeline uses it: numbers epochs, translates times to the relay's clock, and
 * sends pictures. It ends with its connection, so the next one begins with a stream description and the whole picture.
 */
import {
  type ClockOffset,
  encodeUpdate,
  Sender,
  type StreamDescription,
  sameStream,
  type Update,
} from "@screen-share/protocol";

/** What the pipeline publishes at once, with times on our clock. Without tiles, it reports that the picture is current. */
export interface PublishedPicture extends Omit<Update, "epoch" | "relayedAt"> {
  readonly stream: StreamDescription;
  /** What is shown, such as one monitor among several. A different subject begins an epoch. */
  readonly subject: string;
}

export class PublishSession {
  readonly sender: Sender;
  /** How often the relay has requested the whole picture. Read-only for others. */
  refreshCount = 0;
  #described: { readonly stream: StreamDescription; readonly subject: string } | undefined;

  /** @param transmit hands a message to the socket and returns whether it was accepted */
  constructor(
    readonly clock: ClockOffset,
    transmit: (message: string | Uint8Array<ArrayBuffer>) => boolean,
  ) {
    this.sender = new Sender({ send: transmit });
  }

  /** Whether the next update must carry the whole picture, if it is of this stream and subject: it begins an epoch then. */
  needsWhole(stream: StreamDescription, subject: string): boolean {
    const described = this.#described;
    return !described || described.subject !== subject || !sameStream(described.stream, stream);
  }

  /** The relay requests the stream description and the whole picture again (P-34). Repeated requests count once. */
  refresh(): void {
    this.refreshCount++;
    this.#described = undefined;
  }

  /** Sends a picture. @param now our clock, ms. @returns the bytes that the socket accepted; undefined if it accepted no update */
  publish(picture: PublishedPicture, now: number): number | undefined {
    const { stream, subject, keyframe, cut, tiles } = picture;
    const epoch = (this.sender.epoch ?? 0) + (this.needsWhole(stream, subject) ? 1 : 0);
    if (!this.sender.describe(epoch, stream)) return undefined;
    const capturedAt = this.onRelayClock(picture.capturedAt);
    const encodedAt = this.onRelayClock(picture.encodedAt);
    const times = { capturedAt, encodedAt, relayedAt: 0 };
    const update = encodeUpdate({ keyframe, cut, epoch, ...times, tiles });
    if (!this.sender.update(update, now)) return undefined;
    this.#described = { stream, subject };
    return update.length;
  }

  /** A time on our clock converted to the relay's, ms; 0 while its clock is unknown. */
  onRelayClock(localMs: number): number {
    return Math.max(0, this.clock.toRemote(localMs));
  }
}
