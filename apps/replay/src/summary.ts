/** What is in a recording, without showing it. */
import type { Size, StreamDescription } from "@screen-share/protocol";
import {
  type Recorded,
  RecordedPicture,
  type RecordingEnd,
  RecordingReader,
} from "@screen-share/publish";

/** More sizes than anybody reads. */
export const MAX_SIZES = 8;

export interface RecordingSummary {
  /** ms since 1970; 0 if that is not known */
  readonly startedAt: number;
  /** From the first record to the last. */
  readonly lengthMs: number;
  readonly longestGap: { readonly ms: number; readonly afterMs: number };
  /** The sizes of its pictures, in the order in which they came, without repeats in a row: up to `MAX_SIZES`, and one for all that follow. */
  readonly sizes: readonly (Size & { readonly codec: StreamDescription["codec"] })[];
  /** How often the whole picture began anew. */
  readonly epochs: number;
  /** How often it came to a relay. */
  readonly connections: number;
  readonly updates: number;
  /** Of these, those that hold every tile. */
  readonly keyframes: number;
  /** Of these, those that hold a part of what changed. */
  readonly cuts: number;
  /** Of these, those that only say that nothing changed. */
  readonly unchanged: number;
  /** Of all updates, as they were sent. */
  readonly bytes: number;
  readonly largestBytes: number;
  /** Whether any picture was whole. */
  readonly shown: boolean;
  readonly end: RecordingEnd;
}

/** Reads a recording to its end, or to where it makes sense no more. */
export async function summarise(chunks: AsyncIterable<Uint8Array>): Promise<RecordingSummary> {
  const reader = new RecordingReader(chunks);
  const picture = new RecordedPicture();
  const count = new Counts();
  let end: RecordingEnd | undefined;
  for await (const record of reader.records()) {
    const misfit = picture.take(record);
    if (misfit) {
      end = { kind: "damaged", offset: record.offset, reason: misfit.message };
      break;
    }
    count.add(record);
  }
  const shown = picture.shown !== undefined;
  return { ...count.all, startedAt: reader.startedAt, shown, end: end ?? reader.end };
}

class Counts {
  #firstMs: number | undefined;
  #lastMs = 0;
  #lastEpoch = Number.POSITIVE_INFINITY;
  #longestGap = { ms: 0, afterMs: 0 };
  readonly #sizes: (Size & { codec: StreamDescription["codec"] })[] = [];
  readonly #numbers = {
    epochs: 0,
    connections: 0,
    updates: 0,
    keyframes: 0,
    cuts: 0,
    unchanged: 0,
    bytes: 0,
    largestBytes: 0,
  };

  get all() {
    const lengthMs = this.#lastMs - (this.#firstMs ?? 0);
    return { ...this.#numbers, lengthMs, longestGap: this.#longestGap, sizes: this.#sizes };
  }

  add(record: Recorded): void {
    this.#pass(record.atMs);
    const numbers = this.#numbers;
    if (record.kind === "stream") {
      numbers.epochs++;
      if (record.epoch <= this.#lastEpoch) numbers.connections++;
      this.#lastEpoch = record.epoch;
      this.#describe(record.stream);
      return;
    }
    const { keyframe, cut, tiles } = record.update;
    numbers.updates++;
    if (keyframe) numbers.keyframes++;
    if (cut) numbers.cuts++;
    if (tiles.length === 0) numbers.unchanged++;
    numbers.bytes += record.length;
    numbers.largestBytes = Math.max(numbers.largestBytes, record.length);
  }

  #pass(atMs: number): void {
    this.#firstMs ??= atMs;
    const gap = { ms: atMs - this.#lastMs, afterMs: this.#lastMs - this.#firstMs };
    if (gap.afterMs >= 0 && gap.ms > this.#longestGap.ms) this.#longestGap = gap;
    this.#lastMs = atMs;
  }

  #describe({ width, height, codec }: StreamDescription): void {
    if (this.#sizes.length > MAX_SIZES) return;
    const last = this.#sizes.at(-1);
    if (last?.width === width && last.height === height && last.codec === codec) return;
    this.#sizes.push({ width, height, codec });
  }
}
