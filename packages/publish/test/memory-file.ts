/** A file in memory that a test can make stall or fail. */
import type { RecordingFile } from "../src/recording/recorder.ts";

export class MemoryFile implements RecordingFile {
  readonly name = "/tmp/a.recording";
  closed = false;
  /** Thrown by the next append. */
  failure: Error | undefined;
  #parts: Uint8Array[] = [];
  #gate: Promise<void> | undefined;
  #open: () => void = () => {};
  #appending = false;

  get bytes(): Buffer {
    return Buffer.concat(this.#parts);
  }

  /** Appends wait until `go`. */
  stall(): void {
    this.#gate = new Promise((resolve) => {
      this.#open = resolve;
    });
  }

  go(): void {
    this.#gate = undefined;
    this.#open();
  }

  async append(parts: readonly Uint8Array[]): Promise<void> {
    if (this.#appending || this.closed) throw new Error("it was not waited for");
    this.#appending = true;
    await this.#gate;
    this.#appending = false;
    if (this.failure) throw this.failure;
    this.#parts.push(...parts);
  }

  async close(): Promise<void> {
    if (this.#appending || this.closed) throw new Error("it was not waited for");
    this.closed = true;
  }
}

export async function* inPieces(bytes: Uint8Array, length = 64 * 1024): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < bytes.length; at += length) yield bytes.subarray(at, at + length);
}
