/** curl and ffmpeg, with the arguments that people would type. */
import { type ChildProcess, execFile, spawn } from "node:child_process";
import { once } from "node:events";
import { promisify } from "node:util";
import type { Pixels } from "./pixels.ts";

/** Runs curl to its end. @returns headers with names in lower case @throws Error if it fails, but not for an HTTP status */
export async function curl(...args: readonly string[]) {
  const all = ["--silent", "--show-error", "--include", ...args];
  const options = { encoding: "buffer", maxBuffer: 64 * 2 ** 20 } as const;
  const { stdout: out } = await promisify(execFile)("curl", all, options);
  const end = out.indexOf("\r\n\r\n");
  const [first = "", ...lines] = out.subarray(0, end).toString("latin1").split("\r\n");
  const headers = lines.map((line): [string, string] => {
    const colon = line.indexOf(":");
    return [line.slice(0, colon).toLowerCase(), line.slice(colon + 1).trim()];
  });
  const status = Number(first.split(" ")[1]);
  return { status, headers: new Map(headers), body: out.subarray(end + 4) };
}

/** Reads a stream with ffmpeg, counts its frames and keeps the newest. Frames of another size are scaled. */
export class Ffmpeg {
  frameCount = 0;
  errors = "";
  frame: Pixels | undefined;
  readonly #process: ChildProcess;
  #pending: Buffer[] = [];
  #pendingBytes = 0;

  /** @param size of its frames @param args up to the address of the input */
  constructor(
    private readonly size: { readonly width: number; readonly height: number },
    ...args: readonly string[]
  ) {
    const output = ["-fps_mode", "passthrough", "-f", "rawvideo", "-pix_fmt", "rgba"];
    const scaled = ["-s", `${size.width}x${size.height}`, "pipe:1"];
    this.#process = spawn(
      "ffmpeg",
      ["-nostdin", "-hide_banner", "-xerror", "-v", "error", ...args, ...output, ...scaled],
      { stdio: ["ignore", "pipe", "pipe"] },
    );
    this.#process.stdout?.on("data", (chunk: Buffer) => this.#read(chunk));
    this.#process.stderr?.on("data", (chunk: Buffer) => {
      this.errors += chunk.toString();
    });
  }

  get running(): boolean {
    return this.#process.exitCode === null && this.#process.signalCode === null;
  }

  async stop(): Promise<void> {
    if (!this.running) return;
    const exit = once(this.#process, "exit");
    this.#process.kill("SIGKILL");
    await exit;
  }

  #read(chunk: Buffer): void {
    const frameBytes = this.size.width * this.size.height * 4;
    this.#pending.push(chunk);
    this.#pendingBytes += chunk.length;
    if (this.#pendingBytes < frameBytes) return;
    const bytes = Buffer.concat(this.#pending);
    const count = Math.floor(bytes.length / frameBytes);
    const end = count * frameBytes;
    this.frameCount += count;
    this.frame = { ...this.size, data: new Uint8Array(bytes.subarray(end - frameBytes, end)) };
    this.#pending = [bytes.subarray(end)];
    this.#pendingBytes = bytes.length - end;
  }
}
