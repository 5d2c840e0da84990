/**
 * Writes down what is published: each description and each update as it was sent, and when. A slow disk may fall behind by so much
 * and no more; a disk that fails ends the recording, and never the sharing. Knows nothing of files.
 */

import type { Log } from "../log.ts";
import { encodeRecordHeader, encodeRecordingHeader, type RecordKind } from "./format.ts";

/** What may wait for the disk: a minute of a busy desktop. */
export const MAX_WAITING_BYTES = 64 * 2 ** 20;
/** At the end the disk has so long to take the rest. */
const END_TIMEOUT_MS = 3000;
const TOO_SLOW = "the disk is too slow for it";

/** Where it goes. */
export interface RecordingFile {
  /** What to call it. */
  readonly name: string;
  /** Writes all of it behind what is there, one call at a time. @throws Error */
  append(bytes: Uint8Array): Promise<void>;
  /** @throws Error */
  close(): Promise<void>;
}

/** Messages that the relay's socket took. */
export interface Sent {
  /** The text of the `stream` message that went before, if one did. */
  readonly stream: string | undefined;
  /** Not to be changed any more. */
  readonly update: Uint8Array;
}

export interface RecorderOptions {
  readonly file: RecordingFile;
  readonly log: Log;
  /** ms since 1970, never going back */
  readonly now: () => number;
}

export class Recorder {
  readonly #startedAt: number;
  #recording = true;
  #waiting: Uint8Array[] = [];
  /** With what is being written. */
  #waitingBytes = 0;
  #updates = 0;
  #bytes = 0;
  #failed = false;
  #writing: Promise<void> | undefined;
  #closed: Promise<"closed" | "failed"> | undefined;

  constructor(private readonly options: RecorderOptions) {
    this.#startedAt = options.now();
    this.#enqueue(encodeRecordingHeader(this.#startedAt));
  }

  /** Until it was ended, or could not go on. */
  get recording(): boolean {
    return this.#recording;
  }

  /** These messages were sent just now. */
  record({ stream, update }: Sent): void {
    if (!this.#recording) return;
    const atMs = this.options.now() - this.#startedAt;
    const parts: Uint8Array[] = [];
    const put = (kind: RecordKind, payload: Uint8Array) =>
      parts.push(encodeRecordHeader(kind, { atMs, length: payload.length }), payload);
    if (stream !== undefined) put("stream", Buffer.from(stream));
    put("update", update);
    const length = parts.reduce((sum, part) => sum + part.length, 0);
    if (this.#waitingBytes + length > MAX_WAITING_BYTES) {
      this.#stop(TOO_SLOW);
      return;
    }
    this.#updates++;
    this.#enqueue(...parts);
  }

  /** Writes what still waits, and says what there is. Resolves within a few seconds, however slow the disk. */
  async end(): Promise<void> {
    const complete = this.#recording;
    this.#recording = false;
    let timer: NodeJS.Timeout | undefined;
    const timeout = new Promise<"late">((resolve) => {
      timer = setTimeout(() => resolve("late"), END_TIMEOUT_MS);
    });
    const outcome = await Promise.race([this.#close(), timeout]);
    clearTimeout(timer);
    const { log, file } = this.options;
    if (outcome === "late") {
      log.warn(`the end of the recording is missing in ${file.name}: ${TOO_SLOW}`);
    } else if (outcome === "closed" && complete) {
      const megabytes = (this.#bytes / 1e6).toFixed(1);
      log.info(`recorded ${this.#updates} updates, ${megabytes} MB, to ${file.name}`);
    }
  }

  #enqueue(...parts: readonly Uint8Array[]): void {
    this.#waiting.push(...parts);
    for (const { length } of parts) this.#waitingBytes += length;
    this.#writing ??= this.#write();
  }

  /** Writes until nothing waits. What a kill leaves in the file is whole records, and perhaps a part of one. */
  async #write(): Promise<void> {
    try {
      while (this.#waiting.length > 0) {
        const bytes = Buffer.concat(this.#waiting.splice(0));
        await this.options.file.append(bytes);
        this.#waitingBytes -= bytes.length;
        this.#bytes += bytes.length;
      }
      this.#writing = undefined;
    } catch (error) {
      this.#waiting = [];
      this.#failed = true;
      this.#stop(wordsOf(error));
    }
  }

  #close(): Promise<"closed" | "failed"> {
    this.#closed ??= this.#closeOnce();
    return this.#closed;
  }

  async #closeOnce(): Promise<"closed" | "failed"> {
    await this.#writing;
    try {
      await this.options.file.close();
    } catch (error) {
      if (!this.#failed) this.#stop(wordsOf(error));
      this.#failed = true;
    }
    return this.#failed ? "failed" : "closed";
  }

  #stop(why: string): void {
    const { log, file } = this.options;
    const rest = this.#recording ? "; sharing goes on" : "";
    log.warn(`the recording to ${file.name} ends here: ${why}${rest}`);
    this.#recording = false;
    void this.#close();
  }
}

function wordsOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
