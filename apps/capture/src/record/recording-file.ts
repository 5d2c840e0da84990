/**
 * The file of a recording: always a new one, and readable only by this user. Another process writes it, so that a disk that hangs delays
 * neither the sharing nor the agent's end.
 */
import { type ChildProcess, spawn } from "node:child_process";
import { type FileHandle, open } from "node:fs/promises";
import path from "node:path";
import { createInterface } from "node:readline";
import type { RecordingFile } from "@screen-share/publish";

/** Creates the file, or returns a sentence that explains why it cannot. @param writer the arguments of Node.js for `recording-writer.ts` */
export async function createRecordingFile(
  typed: string,
  writer: readonly string[],
): Promise<RecordingFile | { readonly problem: string }> {
  const name = path.resolve(typed);
  try {
    const handle = await open(name, "wx", 0o600);
    const file = new WrittenFile(name, startWriter(handle, writer));
    // The writer runs once it has reported that nothing is written yet.
    await file.append([]).finally(() => handle.close());
    return file;
  } catch (error) {
    return { problem: `Nothing can be recorded to ${name}: ${inPlainWords(error)}.` };
  }
}

/** Without the agent's environment, which has the token, and its standard error, whose reader would have to wait for the disk. */
function startWriter({ fd }: FileHandle, writer: readonly string[]): ChildProcess {
  return spawn(process.execPath, writer, { env: {}, stdio: ["pipe", "pipe", "ignore", fd] });
}

class WrittenFile implements RecordingFile {
  #handedOver = 0;
  /** Why nothing more can be written. */
  #failure: Error | undefined;
  #waiting: { resolve: () => void; reject: (error: Error) => void } | undefined;
  readonly #ended: Promise<void>;

  constructor(
    readonly name: string,
    private readonly writer: ChildProcess,
  ) {
    this.#ended = new Promise((resolve) => {
      writer.on("error", (error) => {
        this.#fail(plainError(error));
        resolve();
      });
      writer.on("close", (code) => {
        if (code !== 0) this.#fail(new Error("the process that writes it has ended"));
        resolve();
      });
    });
    // If the writer cannot be reached, its end reports that.
    writer.stdin?.on("error", () => {});
    if (writer.stdout) createInterface(writer.stdout).on("line", (line) => this.#reported(line));
  }

  async append(parts: readonly Uint8Array[]): Promise<void> {
    if (this.#failure) throw this.#failure;
    const bytes = Buffer.concat(parts);
    this.#handedOver += bytes.length;
    const written = new Promise<void>((resolve, reject) => {
      this.#waiting = { resolve, reject };
    });
    if (bytes.length > 0) this.writer.stdin?.write(bytes);
    await written;
  }

  async close(): Promise<void> {
    this.writer.stdin?.end();
    await this.#ended;
    if (this.#failure) throw this.#failure;
  }

  /** The writer reports how many bytes are written, or an error code. */
  #reported(line: string): void {
    const written = Number(line);
    if (Number.isNaN(written)) this.#fail(plainError({ code: line, message: line }));
    if (written < this.#handedOver) return;
    this.#waiting?.resolve();
    this.#waiting = undefined;
  }

  #fail(error: Error): void {
    this.#failure ??= error;
    this.#waiting?.reject(this.#failure);
    this.#waiting = undefined;
  }
}

const MEANINGS: Readonly<Record<string, string>> = {
  EEXIST: "it exists already, and a recording never replaces another file",
  ENOENT: "there is no such folder",
  ENOTDIR: "there is no such folder",
  EACCES: "this user may not write there",
  EPERM: "this user may not write there",
  EROFS: "that disk is read-only",
  ENOSPC: "no space is left on the disk",
  EDQUOT: "this user's disk quota is used up",
  EFBIG: "the file is too large for that disk",
  EIO: "the disk has failed",
};

function inPlainWords(error: unknown): string {
  const { code = "", message = String(error) } = error as NodeJS.ErrnoException;
  return MEANINGS[code] ?? message;
}

function plainError(error: unknown): Error {
  return new Error(inPlainWords(error), { cause: error });
}
