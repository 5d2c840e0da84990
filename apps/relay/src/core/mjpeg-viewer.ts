/**
 * An MJPEG stream as a watcher: whole JPEGs as parts of one endless HTTP response (multipart/x-mixed-replace). HTTP has no
 * acks, only TCP's: the newest picture is written whenever the socket has taken all of the one before, and not before its time if the
 * client has set a pace.
 */
import { CLOSE, type CloseCode, ProtocolError, type Size } from "@screen-share/protocol";
import type { Grant } from "./grant.ts";
import type { Holder } from "./held-bytes.ts";
import type { Shown } from "./picture.ts";
import type { Room, Watcher } from "./room.ts";
import { blankJpeg, FILLER, OPENING, StreamPart } from "./stream-part.ts";
import type { Time } from "./time.ts";
import type { WholeJpeg } from "./whole-jpeg.ts";

/** The port to the response. */
export interface StreamSink {
  /** Returns whether it can take more at once; if not, `drained` is called once it can. */
  write(bytes: Uint8Array): boolean;
  /** Ends the response; `ended` is not called for it. */
  end(): void;
  /** Breaks the connection off, and forgets what it has not taken; `ended` is not called for it. */
  drop(): void;
}

export interface MjpegOptions {
  readonly grant: Grant;
  /** At most so many pictures a second, repeats included; undefined: as they come. */
  readonly maxFps: number | undefined;
  readonly time: Time;
}

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
 * Fillers stand in the header of the next part, of which readers take 100 lines or so: after this many the part is finished, with a grey
 * picture. Only a stream that has shown nothing for minutes gets there.
 */
export const MAX_FILLERS_PER_PART = 48;
/** The size of the grey picture where no other was ever shown, px. */
const BLANK_SIZE: Size = { width: 1280, height: 720 };

/**
 * How long a client may take nothing at all. A socket tells that it takes more only once a good part of what the kernel holds
 * for it, up to some megabytes, is gone; HTTP has no other sign of life.
 */
export const MAX_STALL_MS = 180_000;

export class MjpegViewer implements Watcher, Holder {
  readonly kind = "mjpeg viewer";
  #epoch: number | undefined;
  #cursor = 0;
  /** How often the newest picture has been sent after the first time. */
  #repeats = 0;
  #sentAt = Number.NEGATIVE_INFINITY;
  /** When anything was written last. */
  #wroteAt: number;
  #writable = true;
  /** What is being written. */
  #part: StreamPart | undefined;
  /** How many fillers stand in the next part's header. */
  #fillers = 0;
  #size = BLANK_SIZE;
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
    this.#writable = sink.write(OPENING);
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
    this.#part = undefined;
    this.#sleep();
    this.room.held.release(this);
    this.room.leave(this);
  }

  cutOff(): void {
    this.#end = { code: CLOSE.full, reason: "too much is held for clients that do not read" };
    this.ended();
    this.sink.drop();
  }

  /** HTTP has no way to say why. */
  dismiss({ closeCode: code, message: reason }: ProtocolError): void {
    this.#end = { code, reason };
    this.ended();
    this.sink.end();
  }

  advance(): void {
    const now = this.options.time.now();
    this.#pump(now);
    const { shown } = this.room.picture;
    const isDue = this.#free && shown !== undefined && now >= this.#dueAt(shown);
    const whole = isDue ? this.room.picture.whole.newest(shown) : undefined;
    // What is composed of a newer picture will come by itself.
    const composing = isDue && (!whole || (this.#isNew(shown) && !this.#isNewer(whole)));
    if (shown && whole && !composing) this.#show(whole, shown.store.stream, now);
    // A client that is gone would stay for ever: only a write can find out.
    if (this.#free && now >= this.#wroteAt + MAX_SILENCE_MS) this.#fill(now);
    if (this.#over) return;
    if (this.#free) {
      const fillerAt = this.#wroteAt + MAX_SILENCE_MS;
      const idle = !shown || composing;
      this.#wakeAt(idle ? fillerAt : Math.min(this.#dueAt(shown), fillerAt), now);
    } else if (now < this.#wroteAt + MAX_STALL_MS) this.#wakeAt(this.#wroteAt + MAX_STALL_MS, now);
    else this.dismiss(new ProtocolError("it takes nothing any more", CLOSE.silent));
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

  /** Whether another part, or a filler, may be written now. */
  get #free(): boolean {
    return this.#writable && !this.#part;
  }

  #show(whole: WholeJpeg, { width, height }: Size, now: number): void {
    this.#repeats = this.#isNewer(whole) ? 0 : this.#repeats + 1;
    this.#epoch = whole.epoch;
    this.#cursor = whole.pictureVersion;
    this.#size = { width, height };
    this.#sentAt = now;
    this.#frames++;
    this.#begin(whole.bytes, now);
    this.room.stats.sent(this.kind, { cut: false, skipped: 0 });
  }

  #fill(now: number): void {
    if (this.#fillers >= MAX_FILLERS_PER_PART) this.#begin(blankJpeg(this.#size), now);
    else {
      this.#fillers++;
      this.#write(FILLER, now);
    }
  }

  #begin(jpeg: Uint8Array, now: number): void {
    this.#fillers = 0;
    this.#part = new StreamPart(jpeg);
    this.#pump(now);
  }

  /** Goes on with the part that is being written, as far as the socket takes it. */
  #pump(now: number): void {
    let ownBytes = 0;
    while (this.#part && this.#writable) {
      const bytes = this.#part.next();
      if (bytes) this.#write(bytes, now);
      else this.#part = undefined;
      if (!this.#writable) ownBytes = bytes?.length ?? 0;
    }
    if (ownBytes > 0) this.room.held.hold(this, { ownBytes, shared: this.#part?.jpeg });
    else if (this.#writable) this.room.held.release(this);
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
