/**
 * Repacks the file of a browser's recorder, which is a stream, with its duration and an index of its key frames, so that players can seek
 * in it. Nothing is encoded again. This is the only file that uses mediabunny.
 */
import {
  EncodedPacketSink,
  EncodedVideoPacketSource,
  Input,
  type InputVideoTrack,
  MP4,
  Mp4OutputFormat,
  Output,
  ReadableStreamSource,
  StreamTarget,
  type StreamTargetChunk,
  WEBM,
  WebMOutputFormat,
} from "mediabunny";

/** How much of the recorder's file is kept for reading. Its longest stretch between key frames must fit. */
const MAX_BYTES_KEPT = 64 * 1024 ** 2;
/** How much data may wait to be packed, if the disk is slower than the recorder. */
const MAX_BYTES_WAITING = 64 * 1024 ** 2;

/** Writes bytes of the new file. They come in order, but some are overwritten later. */
export type WriteAt = (data: Uint8Array<ArrayBuffer>, position: number) => Promise<void>;

export class Remuxer {
  /** Resolves once the whole file is written. Rejects if it cannot be made, or if `write` rejects. */
  readonly done: Promise<void>;
  readonly #source: ReadableStream<Uint8Array>;
  #controller: ReadableStreamDefaultController<Uint8Array> | undefined;
  #durationS = 0;

  constructor(container: "webm" | "mp4", write: WriteAt) {
    this.#source = new ReadableStream<Uint8Array>(
      {
        start: (controller) => {
          this.#controller = controller;
        },
      },
      new ByteLengthQueuingStrategy({ highWaterMark: MAX_BYTES_WAITING }),
    );
    this.done = this.#run(container, write);
  }

  /** Adds the next part of the recorder's file. @throws Error if too much data is waiting */
  add(part: Uint8Array): void {
    if ((this.#controller?.desiredSize ?? 0) < 0) throw new Error("the disk is too slow");
    this.#controller?.enqueue(part);
  }

  /** Ends the recorder's file. @param durationS the length of the recording: the last picture lasts until then */
  end(durationS: number): void {
    this.#durationS = durationS;
    this.#controller?.close();
  }

  async #run(container: "webm" | "mp4", write: WriteAt): Promise<void> {
    const source = new ReadableStreamSource(this.#source, { maxCacheSize: MAX_BYTES_KEPT });
    const input = new Input({ source, formats: [WEBM, MP4] });
    try {
      await this.#pack(input, container, write);
    } finally {
      input.dispose();
    }
  }

  async #pack(input: Input, container: "webm" | "mp4", write: WriteAt): Promise<void> {
    const track = await input.getPrimaryVideoTrack();
    const codec = await track?.getCodec();
    if (!track || !codec) throw new Error("the browser’s encoder produced no data");
    const target = new StreamTarget(
      new WritableStream<StreamTargetChunk>({
        write: ({ data, position }) => write(data, position),
      }),
    );
    const format =
      container === "webm" ? new WebMOutputFormat() : new Mp4OutputFormat({ fastStart: false });
    const output = new Output({ format, target });
    const video = new EncodedVideoPacketSource(codec);
    output.addVideoTrack(video);
    await output.start();
    try {
      await this.#copy(track, video);
    } catch (error) {
      await output.cancel();
      throw error;
    }
    await output.finalize();
  }

  async #copy(track: InputVideoTrack, video: EncodedVideoPacketSource): Promise<void> {
    const decoderConfig = (await track.getDecoderConfig()) ?? undefined;
    const meta = decoderConfig && { decoderConfig };
    const packets = new EncodedPacketSink(track).packets();
    // The duration of a picture is known when the next one comes.
    let last = await packets.next();
    while (!last.done) {
      const next = await packets.next();
      const packet = last.value;
      const until = next.done ? Math.max(this.#durationS, packet.timestamp) : next.value.timestamp;
      const duration = Math.max(until - packet.timestamp, next.done ? packet.duration : 0);
      await video.add(packet.clone({ duration }), meta);
      last = next;
    }
  }
}
