/**
 * An MJPEG stream as a watcher: whole JPEGs as parts of one endless HTTP response (multipart/x-mixed-replace). HTTP has no
 * acks, only TCP's: the newest picture is written whenever the socket has taken all of the one before.
 */
import type { Grant } from "./access.ts";
import type { Room, Watcher } from "./room.ts";

/** The port to the response. */
export interface StreamSink {
  /** Returns whether it can take more at once; if not, `drained` is called once it can. */
  write(bytes: Uint8Array): boolean;
  /** Ends the response; `ended` is not called for it. */
  end(): void;
}

const BOUNDARY = "picture";
const KEEP_ALIVE_S = 15;
/** Stands between two parts and means nothing: a header of the next one. */
export const MJPEG_FILLER: Uint8Array = ascii("X-Filler: 0\r\n");
export const MJPEG_CONTENT_TYPE = `multipart/x-mixed-replace; boundary=${BOUNDARY}`;

export class MjpegViewer implements Watcher {
  readonly kind = "mjpeg viewer";
  #epoch: number | undefined;
  #cursor = 0;
  /** Counts how often it was asked about in vain, about once a second. */
  #quietS = 0;
  #writable: boolean;

  /** @throws ProtocolError as `Room.join` */
  constructor(
    private readonly room: Room,
    private readonly sink: StreamSink,
    grant: Grant,
  ) {
    room.join(this, grant);
    this.#writable = sink.write(ascii(`--${BOUNDARY}\r\n`));
    this.advance();
  }

  drained(): void {
    this.#writable = true;
    this.advance();
  }

  readonly watching = true;

  ended(): void {
    this.room.leave(this);
  }

  /** HTTP has no way to say why. */
  dismiss(): void {
    this.ended();
    this.sink.end();
  }

  advance(): void {
    const { picture } = this.room;
    const shown = picture.shown;
    if (!this.#writable || !shown) return;
    const { store, epoch } = shown;
    if (epoch === this.#epoch && this.#cursor >= store.pictureVersion) return;
    this.#epoch = epoch;
    this.#cursor = store.version;
    this.#quietS = 0;
    this.#writable = this.sink.write(this.#part(picture.wholeJpeg(shown)));
    this.room.stats.sent(this.kind, { cut: false, skipped: 0 });
  }

  producerChanged(): void {}

  /** A picture that never changes would let a client that is gone stay for ever: only a write can find out. */
  viewersChanged(): void {
    if (++this.#quietS < KEEP_ALIVE_S || !this.#writable) return;
    this.#quietS = 0;
    this.#writable = this.sink.write(MJPEG_FILLER);
  }

  /** A part closes with the next one's boundary, since clients show a part once they have seen its end. */
  #part(jpeg: Uint8Array): Uint8Array {
    const head = ascii(`Content-Type: image/jpeg\r\nContent-Length: ${jpeg.length}\r\n\r\n`);
    const tail = ascii(`\r\n--${BOUNDARY}\r\n`);
    const part = new Uint8Array(head.length + jpeg.length + tail.length);
    part.set(head);
    part.set(jpeg, head.length);
    part.set(tail, head.length + jpeg.length);
    return part;
  }
}

function ascii(text: string): Uint8Array {
  return Uint8Array.from(text, (char) => char.charCodeAt(0));
}
