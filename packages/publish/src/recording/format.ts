/** The format of recordings: what was published, and when. `docs/recording.md` draws it. The reader holds at most one record. */
import {
  decodeUpdate,
  type FrameStore,
  MAX_CONTROL_LENGTH,
  MAX_PICTURE_BYTES,
  MAX_TILES,
  ProtocolError,
  parseProducerMessage,
  Replica,
  type StreamDescription,
  type Update,
} from "@screen-share/protocol";
import { ByteSource } from "./byte-source.ts";

const MAGIC = Uint8Array.of(0x89, 0x53, 0x53, 0x52, 0x45, 0x43, 0x0d, 0x0a);
const VERSION = 1;
const HEADER_BYTES = 18;
const RECORD_HEADER_BYTES = 13;
/** By the byte that stands for them. */
const KINDS = [undefined, "stream", "update"] as const;

export type RecordKind = NonNullable<(typeof KINDS)[number]>;

/** No payload is longer. An update's entry takes at most 12 bytes beyond its tile. */
const MAX_PAYLOAD_BYTES: Readonly<Record<RecordKind, number>> = {
  stream: MAX_CONTROL_LENGTH,
  update: MAX_PICTURE_BYTES + 12 * MAX_TILES + 64,
};
/** No recording is longer: a leap year, ms. */
const MAX_LENGTH_MS = 366 * 86_400_000;

/** The latest time that ECMAScript can represent, ms since 1970 (ECMA-262 §21.4.1.1). */
const MAX_TIME_MS = 8.64e15;

/** The header of a file. @param startedAt ms since 1970 */
export function encodeRecordingHeader(startedAt: number): Uint8Array<ArrayBuffer> {
  const header = new Uint8Array(HEADER_BYTES);
  header.set(MAGIC);
  const view = new DataView(header.buffer);
  view.setUint16(8, VERSION, true);
  view.setFloat64(10, startedAt, true);
  return header;
}

/** The header of a payload. @param atMs since the recording began */
export function encodeRecordHeader(
  kind: RecordKind,
  { atMs, length }: { readonly atMs: number; readonly length: number },
): Uint8Array<ArrayBuffer> {
  const header = new Uint8Array(RECORD_HEADER_BYTES);
  const view = new DataView(header.buffer);
  view.setFloat64(0, atMs, true);
  view.setUint8(8, KINDS.indexOf(kind));
  view.setUint32(9, length, true);
  return header;
}

interface Placed {
  readonly atMs: number;
  /** Its position in the file. */
  readonly offset: number;
  readonly length: number;
}

/** A record, checked only by itself: a `Replica` checks whether an update fits its picture. */
export type Recorded = Placed &
  (
    | { readonly kind: "stream"; readonly epoch: number; readonly stream: StreamDescription }
    | { readonly kind: "update"; readonly update: Update }
  );

export type RecordingEnd =
  | { readonly kind: "whole" }
  /** In the middle of a record: the agent was killed, or the disk was full. */
  | { readonly kind: "cut-off"; readonly offset: number }
  /** What follows is invalid. */
  | { readonly kind: "damaged"; readonly offset: number; readonly reason: string }
  /** It is not a recording, or one of another version. */
  | { readonly kind: "foreign"; readonly reason: string };

export class RecordingReader {
  readonly #source: ByteSource;
  /** How the file ends; known once `records` has ended. */
  end: RecordingEnd = { kind: "whole" };
  /** When the recording began, ms since 1970; known once `records` has yielded anything. */
  startedAt = 0;
  #lastMs = 0;

  /** @param chunks the file's bytes, in pieces of any length */
  constructor(chunks: AsyncIterable<Uint8Array>) {
    this.#source = new ByteSource(chunks);
  }

  /** All records up to the end, of whichever kind. Call it once. An update's bytes are views. */
  async *records(): AsyncGenerator<Recorded, void> {
    if (!(await this.#header())) return;
    for (;;) {
      const { offset } = this.#source;
      const header = await this.#source.take(RECORD_HEADER_BYTES);
      if (header === "ended") return;
      const payload = header === "cut-off" ? header : await this.#payload(header, offset);
      if (payload === "ended" || payload === "cut-off") this.end = { kind: "cut-off", offset };
      if (typeof payload === "string") return;
      const record = this.#decode(payload, offset);
      if (!record) return;
      this.#lastMs = record.atMs;
      yield record;
    }
  }

  async #header(): Promise<boolean> {
    const header = await this.#source.take(HEADER_BYTES);
    if (typeof header === "string" || MAGIC.some((byte, at) => header[at] !== byte)) {
      this.end = { kind: "foreign", reason: "is not a Screen Share recording" };
      return false;
    }
    const view = viewOf(header);
    const version = view.getUint16(8, true);
    this.startedAt = view.getFloat64(10, true);
    if (version !== VERSION) {
      const reason = `is a recording of format ${version}, and this reads only format ${VERSION}`;
      this.end = { kind: "foreign", reason };
      return false;
    }
    if (isTime(this.startedAt)) return true;
    this.#damaged(0, "its start time is invalid");
    return false;
  }

  /** The record's parts, or how the file ended instead. The reason of "damaged" is stored already. */
  async #payload(header: Uint8Array, offset: number) {
    const view = viewOf(header);
    const atMs = view.getFloat64(0, true);
    const kind = KINDS[view.getUint8(8)];
    const length = view.getUint32(9, true);
    if (!kind) return this.#damaged(offset, "a record has an unknown kind");
    if (!isTime(atMs) || atMs < this.#lastMs || atMs > MAX_LENGTH_MS) {
      return this.#damaged(offset, "a record's time is invalid");
    }
    // Checked before the payload is read, so that a damaged length cannot fill the memory.
    if (length > MAX_PAYLOAD_BYTES[kind]) return this.#damaged(offset, "a record is too long");
    const bytes = await this.#source.take(length);
    return typeof bytes === "string" ? bytes : { kind, atMs, bytes };
  }

  #decode(
    parts: { readonly kind: RecordKind; readonly atMs: number; readonly bytes: Uint8Array },
    offset: number,
  ): Recorded | undefined {
    const { kind, atMs, bytes } = parts;
    const placed = { atMs, offset, length: bytes.length };
    try {
      if (kind === "update") return { ...placed, kind, update: decodeUpdate(bytes) };
      const message = parseProducerMessage(textOf(bytes));
      if (message.type !== "stream") throw new ProtocolError("a message has another type");
      return { ...placed, kind, epoch: message.epoch, stream: message.stream };
    } catch (error) {
      if (!(error instanceof ProtocolError)) throw error;
      this.#damaged(offset, error.message);
      return undefined;
    }
  }

  #damaged(offset: number, reason: string): "damaged" {
    this.end = { kind: "damaged", offset, reason };
    return "damaged";
  }
}

function viewOf({ buffer, byteOffset, byteLength }: Uint8Array): DataView {
  return new DataView(buffer, byteOffset, byteLength);
}

function isTime(ms: number): boolean {
  return ms >= 0 && ms <= MAX_TIME_MS;
}

/** Stream descriptions are ASCII: JSON of numbers, and of names that the protocol defines. */
function textOf(bytes: Uint8Array): string {
  let text = "";
  for (const byte of bytes) text += String.fromCharCode(byte);
  return text;
}

/** The picture of a recording after some of its records: what a relay that received the same showed. */
export class RecordedPicture {
  readonly #replica = new Replica();
  #epoch = Number.NEGATIVE_INFINITY;

  /** The whole picture. Undefined before the first. */
  get shown(): FrameStore | undefined {
    return this.#replica.shown;
  }

  /** Applies a record. If it does not fit the picture, changes nothing and returns that the recording ends there. */
  take(record: Recorded): RecordingEnd | undefined {
    try {
      if (record.kind === "update") this.#replica.apply(record.update);
      else this.#describe(record);
      return undefined;
    } catch (error) {
      if (!(error instanceof ProtocolError)) throw error;
      return { kind: "damaged", offset: record.offset, reason: error.message };
    }
  }

  #describe({ epoch, stream }: Recorded & { readonly kind: "stream" }): void {
    // A connection's epochs only grow (P-30), so this is another connection, and what was in flight on the last one never arrived.
    if (epoch <= this.#epoch) this.#replica.disconnect();
    this.#epoch = epoch;
    this.#replica.describe(epoch, stream);
  }
}
