/**
 * Views a room as an MJPEG stream: whole JPEGs as parts of one endless HTTP response (multipart/x-mixed-replace). The newest picture is
 * written once the socket has taken the previous one, and no faster than the client's `fps`.
 */
import { CLOSE, type CloseCode, ProtocolError, type Size } from "@screen-share/protocol";
import type { Viewer } from "./audience.ts";
import type { Grant } from "./grant.ts";
import type { Holder } from "./held-bytes.ts";
import type { ShownPicture } from "./picture.ts";
import type { Room } from "./room.ts";
import { blankJpeg, FILLER, OPENING, StreamPart } from "./stream-part.ts";
import type { Time } from "./time.ts";
import { type PictureVersion, versionOf, type WholeJpeg } from "./whole-jpeg.ts";

/** The port to the response. */
export interface StreamSink {
  /** @returns whether it can take more now; if not, `drained` is called once it can */
  write(bytes: Uint8Array): boolean;
  /** Ends the response without calling `ended`. */
  end(): void;
  /** Drops the connection and everything buffered for it, without calling `ended`. */
  drop(): void;
}

/**
 * Delays after which an unchanged picture is repeated, ms; the last one recurs. The first is short because Chromium shows a part only
 * once the head of the next one has arrived (crbug.com/527446), and ffmpeg shows none before it has two. The second is for VLC, which
 * buffers a second. The third lets recordings reach their end, within the 10 s after which Home Assistant considers a stream dead.
 */
export const REPEATS_MS = [250, 1000, 5000] as const;
/** The longest silence, ms. */
export const MAX_SILENCE_MS = REPEATS_MS[2];

/** Fillers are header lines of the next part, and readers accept about 100. After this many the part is completed with a grey picture. */
export const MAX_FILLERS_PER_PART = 48;
/** The size of the grey picture if no picture was shown yet, px. */
const BLANK_SIZE: Size = { width: 1280, height: 720 };

/** How long a client may read nothing. A socket becomes writable only once several megabytes of the kernel's buffers have been read. */
export const MAX_STALL_MS = 180_000;

export class MjpegViewer implements Viewer, Holder {
  readonly kind = "mjpeg viewer";
  #epoch: number | undefined;
  #cursor = 0;
  /** Of the newest picture. */
  #repeats = 0;
  #sentAt = Number.NEGATIVE_INFINITY;
  /** When anything was last written. */
  #wroteAt: number;
  #writable = true;
  #part: StreamPart | undefined;
  #fillers = 0;
  #size = BLANK_SIZE;
  #over = false;
  /** The next scheduled call to `advance`. */
  #alarm: { readonly at: number; readonly cancel: () => void } | undefined;
  /** Why the relay ended it. */
  #end: { readonly code: CloseCode; readonly reason: string } | undefined;
  #frames = 0;
  #bytes = 0;
  readonly #beganAt: number;
  readonly #minGapMs: number;

  /** @throws ProtocolError like `Room.join` */
  constructor(
    private readonly room: Room,
    private readonly sink: StreamSink,
    private readonly options: {
      readonly grant: Grant;
      /** The most pictures per second, repeats included. Undefined if unlimited. */
      readonly maxFps: number | undefined;
      readonly time: Time;
    },
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
    this.#end = { code: CLOSE.full, reason: "too much is buffered for clients that do not read" };
    this.ended();
    this.sink.drop();
  }

  /** HTTP cannot send the reason. */
  dismiss({ closeCode: code, message: reason }: ProtocolError): void {
    this.#end = { code, reason };
    this.ended();
    this.sink.end();
  }

  advance(): void {
    const now = this.options.time.now();
    this.#pump(now);
    const { shown } = this.room.picture;
    const refusal = shown && this.room.picture.whole.refusal(shown);
    if (refusal) {
      this.dismiss(refusal);
      return;
    }
    const isDue = this.#free && shown !== undefined && now >= this.#dueAt(shown);
    const whole = isDue ? this.room.picture.whole.newest(shown) : undefined;
    // `advance` is called again when a newer picture has been composed.
    const composing =
      isDue && (!whole || (this.#isNewer(versionOf(shown)) && !this.#isNewer(whole)));
    if (shown && whole && !composing) this.#show(whole, shown.store.stream, now);
    // Only a write can detect that the client is gone.
    if (this.#free && now >= this.#wroteAt + MAX_SILENCE_MS) this.#fill(now);
    if (this.#over) return;
    if (this.#free) {
      const fillerAt = this.#wroteAt + MAX_SILENCE_MS;
      const idle = !shown || composing;
      this.#wakeAt(idle ? fillerAt : Math.min(this.#dueAt(shown), fillerAt), now);
    } else if (now < this.#wroteAt + MAX_STALL_MS) this.#wakeAt(this.#wroteAt + MAX_STALL_MS, now);
    else this.dismiss(new ProtocolError("it reads nothing any more", CLOSE.silent));
  }

  /** When this picture may be sent, for the first time or again. */
  #dueAt(shown: ShownPicture): number {
    if (this.#isNewer(versionOf(shown))) return this.#sentAt + this.#minGapMs;
    const repeatMs = REPEATS_MS[this.#repeats] ?? MAX_SILENCE_MS;
    return this.#sentAt + Math.max(repeatMs, this.#minGapMs);
  }

  #isNewer({ epoch, pictureVersion }: PictureVersion): boolean {
    return epoch !== this.#epoch || this.#cursor < pictureVersion;
  }

  /** Whether a new part or a filler may be written now. */
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

  /** Writes as much of the current part as the socket accepts. */
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
