/** A desktop without a screen: Xvfb, real windows on it, and its pixels read from the server's own memory. */
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { readFile } from "node:fs/promises";
import path from "node:path";
import type { Readable } from "node:stream";
import type { Pixels } from "./pixels.ts";
import { ProgramSession } from "./session.ts";
import { within } from "./wait.ts";

/** Until the X server listens, and until a client of ours has done its work. */
const LIMIT_MS = 20_000;

export class VirtualDesktop {
  private constructor(
    /** The value of DISPLAY. */
    readonly display: string,
    private readonly session: ProgramSession,
  ) {}

  /** @param display take this one instead of one that is free */
  static async start(
    size: { width: number; height: number },
    display?: string,
  ): Promise<VirtualDesktop> {
    const session = new ProgramSession("x");
    const screen = `${size.width}x${size.height}x24`;
    const server = spawn(
      "Xvfb",
      [
        ...(display === undefined ? [] : [display]),
        ...["-displayfd", "3", "-screen", "0", screen, "-fbdir", session.home],
        ...["-nolisten", "tcp", "-noreset"],
      ],
      { env: session.env(), stdio: ["ignore", "ignore", "ignore", "pipe"] },
    );
    const pipe = server.stdio[3] as Readable;
    const failed = once(server, "exit").then(() => {
      throw new Error("Xvfb did not start");
    });
    failed.catch(() => undefined);
    const told = Promise.race([once(pipe, "data"), failed]);
    const [number] = (await within(told, LIMIT_MS, "starting Xvfb")) as [Buffer];
    return new VirtualDesktop(`:${number.toString().trim()}`, session);
  }

  /** Runs an X client on it, until `stop`. */
  run(command: string, ...args: string[]): ChildProcess {
    return spawn(command, args, {
      env: this.session.env({ DISPLAY: this.display }),
      stdio: "ignore",
      detached: true,
    });
  }

  /** Runs an X client to its end. */
  async finish(command: string, ...args: string[]): Promise<void> {
    const client = this.run(command, ...args);
    const [code] = await within(once(client, "exit"), LIMIT_MS, command);
    if (code !== 0) throw new Error(`${command} ended with ${code}`);
  }

  /** The screen as the X server holds it. */
  async pixels(): Promise<Pixels> {
    return readXwd(await readFile(path.join(this.session.home, "Xvfb_screen0")));
  }

  async stop(): Promise<void> {
    await this.session.end();
  }
}

/** Signals a client and whatever it runs. */
export function killGroup({ pid }: ChildProcess, signal: NodeJS.Signals): void {
  if (pid === undefined) return;
  try {
    process.kill(-pid, signal);
  } catch {
    // It has ended by itself.
  }
}

/** An X window dump of a TrueColor screen at 32 bits a pixel (XWDFile.h, version 7). */
function readXwd(dump: Buffer): Pixels {
  const field = (index: number) => dump.readUInt32BE(index * 4);
  const [headerBytes, width, height] = [field(0), field(4), field(5)];
  const [bitsPerPixel, bytesPerLine, colours] = [field(11), field(12), field(19)];
  if (bitsPerPixel !== 32) throw new Error(`the dump has ${bitsPerPixel} bits a pixel`);
  const start = headerBytes + colours * 12;
  const rgba = new Int32Array(width * height);
  for (let y = 0; y < height; y++) {
    // Lines start at any byte of the file.
    const line = dump.subarray(start + y * bytesPerLine).subarray(0, width * 4);
    const bgrx = new Int32Array(Uint8Array.from(line).buffer);
    for (let x = 0; x < width; x++) {
      const pixel = bgrx[x] ?? 0;
      const [red, blue] = [(pixel >>> 16) & 0xff, pixel & 0xff];
      rgba[y * width + x] = 0xff000000 | (blue << 16) | (pixel & 0xff00) | red;
    }
  }
  return { width, height, data: new Uint8Array(rgba.buffer) };
}
