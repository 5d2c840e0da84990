/**
 * An MJPEG stream as a watcher: whole JPEGs as parts of one endless HTTP response (multipart/x-mixed-replace). HTTP has no
 * acks, only TCP's: the newest picture is written whenever the socket has taken all of the one before.
 */
import type { Room, Watcher } from "./room.ts";

/** The port to the response: returns whether it can take more at once; if not, `drained` is called once it can. */
export type WriteChunk = (bytes: Uint8Array) => boolean;

const BOUNDARY = "picture";
/** Stands between two parts and means nothing: a header of the next one. */
export const MJPEG_FILLER: Uint8Array = ascii("X-Filler: 0\r\n");
export const MJPEG_CONTENT_TYPE = `multipart/x-mixed-replace; boundary=${BOUNDARY}`;

export class MjpegViewer implements Watcher {
  #epoch: number | undefined;
  #cursor = 0;
  #writable: boolean;

  /** @throws ProtocolError (4429) if the room is full */
  constructor(
    private readonly room: Room,
    private readonly write: WriteChunk,
  ) {
    room.join(this);
    this.#writable = write(ascii(`--${BOUNDARY}\r\n`));
    this.advance();
  }

  drained(): void {
    this.#writable = true;
    this.advance();
  }

  ended(): void {
    this.room.leave(this);
  }

  advance(): void {
    const { picture } = this.room;
    const shown = picture.shown;
    if (!this.#writable || !shown) return;
    const { store, epoch } = shown;
    if (epoch === this.#epoch && this.#cursor >= store.pictureVersion) return;
    this.#epoch = epoch;
    this.#cursor = store.version;
    this.#writable = this.write(this.#part(picture.wholeJpeg(shown)));
  }

  producerChanged(): void {}
  viewersChanged(): void {}

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
