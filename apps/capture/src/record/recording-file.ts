/**
 * The file that a recording goes to: made anew, and for nobody but this user, since it holds what was on the screen. Another process
 * writes it, so that a disk that hangs holds up neither the sharing nor the agent's end.
 */
import { type ChildProcess, spawn } from "node:child_process";
import { type FileHandle, open } from "node:fs/promises";
import path from "node:path";
import { createInterface } from "node:readline";
import type { RecordingFile } from "@screen-share/publish";

/**
 * @param writer what Node.js is to run to write it: `recording-writer.ts`
 * @returns a sentence that says why there is no such file, if it cannot be made
 */
export async function createRecordingFile(
  typed: string,
  writer: readonly string[],
): Promise<RecordingFile | { readonly problem: string }> {
  const name = path.resolve(typed);
  try {
    const handle = await open(name, "wx", 0o600);
    const file = new WrittenFile(name, startWriter(handle, writer));
    // Once it says that nothing is written yet, it is there.
    await file.append([]).finally(() => handle.close());
    return file;
  } catch (error) {
    return { problem: `Nothing can be recorded to ${name}: ${inPlainWords(error)}.` };
  }
}

/**
 * It gets nothing of the agent's that it has no use for: neither its environment, with the token, nor its standard error, which would
 * keep whoever reads that waiting for as long as the disk hangs.
 */
function startWriter({ fd }: FileHandle, writer: readonly string[]): ChildProcess {
  return spawn(process.execPath, writer, { env: {}, stdio: ["pipe", "pipe", "ignore", fd] });
}

class WrittenFile implements RecordingFile {
  #handedOver = 0;
  /** Why there is no more to be written. */
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
    // What cannot be handed to it is told by its end.
    writer.stdin?.on("error", () => {});
    if (writer.stdout) createInterface(writer.stdout).on("line", (line) => this.#told(line));
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

  /** How many bytes are written, or the code of what went wrong. */
  #told(line: string): void {
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
  EEXIST: "it exists already, and a recording never takes the place of another file",
  ENOENT: "there is no such folder",
  ENOTDIR: "there is no such folder",
  EACCES: "this user may not write there",
  EPERM: "this user may not write there",
  EROFS: "nothing can be written there",
  ENOSPC: "no space is left on the disk",
  EDQUOT: "no more space is allowed to this user",
  EFBIG: "the disk takes no longer files",
  EIO: "the disk does not work",
};

function inPlainWords(error: unknown): string {
  const { code = "", message = String(error) } = error as NodeJS.ErrnoException;
  return MEANINGS[code] ?? message;
}

function plainError(error: unknown): Error {
  return new Error(inPlainWords(error), { cause: error });
}
