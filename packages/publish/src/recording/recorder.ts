/** Records what is published, and when. A slow disk may fall behind by a bounded amount; one that fails ends the recording only. */
import type { Timing } from "@screen-share/protocol";
import type { Log } from "../ports.ts";
import { encodeRecordHeader, encodeRecordingHeader } from "./format.ts";

/** How many bytes may wait for the disk: a minute of a busy desktop. */
export const MAX_WAITING_BYTES = 64 * 2 ** 20;
/** How long the disk may take to write the rest at the end. */
const END_TIMEOUT_MS = 3000;
const TOO_SLOW = "the disk is too slow";

export interface RecordingFile {
  readonly name: string;
  /** Appends these bytes; one call at a time. @throws Error */
  append(parts: readonly Uint8Array[]): Promise<void>;
  /** @throws Error */
  close(): Promise<void>;
}

export interface RecorderOptions {
  readonly file: RecordingFile;
  readonly log: Log;
  readonly timing: Pick<Timing, "now" | "after">;
}

export class Recorder {
  readonly #startedAt: number;
  /** True until it is ended or has failed. Read-only for others. */
  recording = true;
  #waiting: Uint8Array[] = [];
  #waitingBytes = 0;
  #updates = 0;
  #bytes = 0;
  #failed = false;
  #writing: Promise<void> | undefined;
  #closed: Promise<"closed" | "failed"> | undefined;

  constructor(private readonly options: RecorderOptions) {
    this.#startedAt = options.timing.now();
    this.#enqueue([encodeRecordingHeader(this.#startedAt)]);
  }

  /** The relay's socket has just accepted this: the text of a `stream` message, or an update, which no longer changes. */
  record(message: string | Uint8Array): void {
    if (!this.recording) return;
    const isUpdate = typeof message !== "string";
    const payload = isUpdate ? message : asciiOf(message);
    const atMs = this.options.timing.now() - this.#startedAt;
    const kind = isUpdate ? "update" : "stream";
    const header = encodeRecordHeader(kind, { atMs, length: payload.length });
    if (this.#waitingBytes + header.length + payload.length > MAX_WAITING_BYTES) {
      this.#stop(TOO_SLOW);
      return;
    }
    if (isUpdate) this.#updates++;
    this.#enqueue([header, payload]);
  }

  /** Writes the rest, and logs the result. Resolves within a few seconds, however slow the disk. */
  async end(): Promise<void> {
    const complete = this.recording;
    this.recording = false;
    const { log, file, timing } = this.options;
    let cancel = () => {};
    const timeout = new Promise<"late">((resolve) => {
      cancel = timing.after(END_TIMEOUT_MS, () => resolve("late"));
    });
    const outcome = await Promise.race([this.#close(), timeout]);
    cancel();
    if (outcome === "late") {
      log.warn(`the end of the recording ${file.name} is missing: ${TOO_SLOW}`);
    } else if (outcome === "closed" && complete) {
      const megabytes = (this.#bytes / 1e6).toFixed(1);
      log.info(`recorded ${this.#updates} updates, ${megabytes} MB, to ${file.name}`);
    }
  }

  #enqueue(parts: readonly Uint8Array[]): void {
    this.#waiting.push(...parts);
    this.#waitingBytes += lengthOf(parts);
    this.#writing ??= this.#write();
  }

  /** Writes until nothing is waiting. If the agent is killed, the file contains complete records, and perhaps part of one. */
  async #write(): Promise<void> {
    try {
      while (this.#waiting.length > 0) {
        const parts = this.#waiting.splice(0);
        await this.options.file.append(parts);
        this.#waitingBytes -= lengthOf(parts);
        this.#bytes += lengthOf(parts);
      }
      this.#writing = undefined;
    } catch (error) {
      this.#waiting = [];
      this.#failed = true;
      this.#stop(messageOf(error));
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
      if (!this.#failed) this.#stop(messageOf(error));
      this.#failed = true;
    }
    return this.#failed ? "failed" : "closed";
  }

  #stop(why: string): void {
    const { log, file } = this.options;
    const rest = this.recording ? "; sharing continues" : "";
    log.warn(`the recording to ${file.name} stops here: ${why}${rest}`);
    this.recording = false;
    void this.#close();
  }
}

/** Stream descriptions are ASCII: JSON of numbers, and of names that the protocol defines. */
function asciiOf(text: string): Uint8Array {
  return Uint8Array.from(text, (character) => character.charCodeAt(0));
}

function lengthOf(parts: readonly Uint8Array[]): number {
  return parts.reduce((sum, { length }) => sum + length, 0);
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
