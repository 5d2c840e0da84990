/**
 * An MJPEG stream as a watcher: whole JPEGs as parts of one endless HTTP response (multipart/x-mixed-replace). HTTP has no
 * acks, only TCP's: the newest picture is written whenever the socket has taken all of the one before, and not before its time if the
 * client has set a pace.
 */
import { CLOSE, type CloseCode } from "@screen-share/protocol";
import type { Grant } from "./access.ts";
import type { Shown } from "./picture.ts";
import type { Room, Watcher } from "./room.ts";
import type { Time } from "./time.ts";
import type { WholeJpeg } from "./whole-jpeg.ts";

/** The port to the response. */
export interface StreamSink {
  /** Returns whether it can take more at once; if not, `drained` is called once it can. */
  write(bytes: Uint8Array): boolean;
  /** Ends the response; `ended` is not called for it. */
  end(): void;
}

export interface MjpegOptions {
  readonly grant: Grant;
  /** At most so many pictures a second, repeats included; undefined: as they come. */
  readonly maxFps: number | undefined;
  readonly time: Time;
}

const BOUNDARY = "picture";
/** Stands between two parts and means nothing: a header of the next one. */
export const MJPEG_FILLER: Uint8Array = ascii("X-Filler: 0\r\n");
export const MJPEG_CONTENT_TYPE = `multipart/x-mixed-replace; boundary=${BOUNDARY}`;

/**
 * A picture that stands is sent again, each time after so long, ms; the last goes on. Soon, since Chromium shows a part only when the
 * head of the next one has come (crbug.com/527446), and ffmpeg none before it has two: on a screen that rests they would stay one change behind.
 * Then a second later: VLC, which buffers a second, was 14 s late without it and is 2 s late with it. And then so often that
 * recordings come to their end, and well within the 10 s after which Home Assistant takes a stream for dead.
 */
export const REPEATS_MS = [250, 1000, 5000] as const;
/** No silence is longer, ms. */
export const MAX_SILENCE_MS = REPEATS_MS[2];

/**
 * How long a client may take nothing at all. A socket tells that it takes more only once a good part of what the kernel holds
 * for it, up to some megabytes, is gone; HTTP has no other sign of life.
 */
export const MAX_STALL_MS = 180_000;

export class MjpegViewer implements Watcher {
  readonly kind = "mjpeg viewer";
  #epoch: number | undefined;
  #cursor = 0;
  /** How often the newest picture has been sent after the first time. */
  #repeats = 0;
  #sentAt = Number.NEGATIVE_INFINITY;
  /** When anything was written last. */
  #wroteAt: number;
  #writable: boolean;
  #over = false;
  /** When it is to look again what is due, and what keeps it from that. */
  #alarm: { readonly at: number; readonly cancel: () => void } | undefined;
  #end: { readonly code: CloseCode; readonly reason: string } | undefined;
  #frames = 0;
  #bytes = 0;
  readonly #beganAt: number;
  readonly #minGapMs: number;

  /** @throws ProtocolError as `Room.join` */
  constructor(
    private readonly room: Room,
    private readonly sink: StreamSink,
    private readonly options: MjpegOptions,
  ) {
    room.join(this, options.grant);
    const { maxFps, time } = options;
    this.#minGapMs = maxFps === undefined ? 0 : 1000 / maxFps;
    this.#beganAt = time.now();
    this.#wroteAt = this.#beganAt;
    this.#writable = sink.write(ascii(`--${BOUNDARY}\r\n`));
    this.advance();
  }

  readonly watching = true;

  /** For the log: what became of the stream, and why it was ended if it was. */
  get summary(): Readonly<Record<string, unknown>> {
    const { name } = this.options.grant;
    const seconds = Math.round((this.options.time.now() - this.#beganAt) / 1000);
    const counts = { frames: this.#frames, bytes: this.#bytes, seconds };
    return { kind: this.kind, room: this.room.name, name, ...counts, ...this.#end };
  }

  drained(): void {
    if (this.#over) return;
    this.#writable = true;
    this.advance();
  }

  ended(): void {
    this.#over = true;
    this.#writable = false;
    this.#sleep();
    this.room.leave(this);
  }

  /** HTTP has no way to say why. */
  dismiss(code: CloseCode, reason: string): void {
    this.#end = { code, reason };
    this.ended();
    this.sink.end();
  }

  advance(): void {
    const { shown } = this.room.picture;
    const now = this.options.time.now();
    const isDue = this.#writable && shown !== undefined && now >= this.#dueAt(shown);
    const whole = isDue ? this.room.picture.whole.newest(shown) : undefined;
    // What is composed of a newer picture will come by itself.
    const composing = isDue && (!whole || (this.#isNew(shown) && !this.#isNewer(whole)));
    if (whole && !composing) this.#show(whole, now);
    // A client that is gone would stay for ever: only a write can find out.
    if (this.#writable && now >= this.#wroteAt + MAX_SILENCE_MS) this.#write(MJPEG_FILLER, now);
    if (this.#writable) {
      const fillerAt = this.#wroteAt + MAX_SILENCE_MS;
      const idle = !shown || composing;
      this.#wakeAt(idle ? fillerAt : Math.min(this.#dueAt(shown), fillerAt), now);
    } else if (now < this.#wroteAt + MAX_STALL_MS) this.#wakeAt(this.#wroteAt + MAX_STALL_MS, now);
    else this.dismiss(CLOSE.silent, "it takes nothing any more");
  }

  producerChanged(): void {}

  viewersChanged(): void {}

  /** When this picture may be sent: for the first time, or again. */
  #dueAt(shown: Shown): number {
    if (this.#isNew(shown)) return this.#sentAt + this.#minGapMs;
    const repeatMs = REPEATS_MS[this.#repeats] ?? MAX_SILENCE_MS;
    return this.#sentAt + Math.max(repeatMs, this.#minGapMs);
  }

  #isNew({ store: { pictureVersion }, epoch }: Shown): boolean {
    return this.#isNewer({ epoch, pictureVersion });
  }

  #isNewer({ epoch, pictureVersion }: Omit<WholeJpeg, "bytes">): boolean {
    return epoch !== this.#epoch || this.#cursor < pictureVersion;
  }

  #show(whole: WholeJpeg, now: number): void {
    this.#repeats = this.#isNewer(whole) ? 0 : this.#repeats + 1;
    this.#epoch = whole.epoch;
    this.#cursor = whole.pictureVersion;
    this.#sentAt = now;
    this.#frames++;
    this.#write(part(whole.bytes), now);
    this.room.stats.sent(this.kind, { cut: false, skipped: 0 });
  }

  #write(bytes: Uint8Array, now: number): void {
    this.#wroteAt = now;
    this.#bytes += bytes.length;
    this.#writable = this.sink.write(bytes);
  }

  #wakeAt(at: number, now: number): void {
    if (this.#alarm?.at === at) return;
    this.#sleep();
    const cancel = this.options.time.after(at - now, () => {
      this.#alarm = undefined;
      this.advance();
    });
    this.#alarm = { at, cancel };
  }

  #sleep(): void {
    this.#alarm?.cancel();
    this.#alarm = undefined;
  }
}

/** A part closes with the next one's boundary, since clients show a part once they have seen its end. */
function part(jpeg: Uint8Array): Uint8Array {
  const head = ascii(`Content-Type: image/jpeg\r\nContent-Length: ${jpeg.length}\r\n\r\n`);
  const tail = ascii(`\r\n--${BOUNDARY}\r\n`);
  const bytes = new Uint8Array(head.length + jpeg.length + tail.length);
  bytes.set(head);
  bytes.set(jpeg, head.length);
  bytes.set(tail, head.length + jpeg.length);
  return bytes;
}

function ascii(text: string): Uint8Array {
  return Uint8Array.from(text, (char) => char.charCodeAt(0));
}
