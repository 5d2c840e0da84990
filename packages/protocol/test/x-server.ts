/** Xvfb: an X server without a screen, whose pixels are read from its own memory. */
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { readFile } from "node:fs/promises";
import path from "node:path";
import type { Readable } from "node:stream";
import type { PixelBuffer } from "./pictures.ts";

export class XServer {
  private constructor(
    readonly display: string,
    readonly process: ChildProcess,
    private readonly folder: string,
  ) {}

  /**
   * Resolves once it answers. By default it chooses a free display.
   * @param options.screen size and depth, such as "640x480x24"
   * @param options.folder for its memory
   */
  static async start(options: {
    readonly screen: string;
    readonly folder: string;
    readonly display?: string | undefined;
    readonly args?: readonly string[];
    readonly env?: NodeJS.ProcessEnv | undefined;
  }): Promise<XServer> {
    const { screen, folder, display, args = [], env } = options;
    const number = display === undefined ? [] : [display];
    const own = ["-displayfd", "3", "-screen", "0", screen, "-fbdir", folder, "-noreset"];
    const stdio = ["ignore", "ignore", "ignore", "pipe"] as const;
    const server = spawn("Xvfb", [...number, ...own, ...args], {
      ...(env && { env }),
      stdio: [...stdio],
    });
    const failed = once(server, "exit").then(() => {
      throw new Error("Xvfb did not start");
    });
    failed.catch(() => undefined);
    const [chosen] = await Promise.race([once(server.stdio[3] as Readable, "data"), failed]);
    return new XServer(`:${String(chosen).trim()}`, server, folder);
  }

  /** The screen as the server holds it. */
  async pixels(): Promise<PixelBuffer> {
    return readXwd(await readFile(path.join(this.folder, "Xvfb_screen0")));
  }
}

/** An X window dump of a TrueColor screen at 32 bits per pixel (XWDFile.h, version 7). */
function readXwd(dump: Buffer): PixelBuffer {
  const field = (index: number) => dump.readUInt32BE(index * 4);
  const [headerBytes, width, height] = [field(0), field(4), field(5)];
  const [bitsPerPixel, bytesPerLine, colours] = [field(11), field(12), field(19)];
  if (bitsPerPixel !== 32) throw new Error(`the dump has ${bitsPerPixel} bits per pixel`);
  const start = headerBytes + colours * 12;
  const rgba = new Uint32Array(width * height);
  for (let y = 0; y < height; y++) {
    // Lines start at any byte of the file.
    const line = dump.subarray(start + y * bytesPerLine).subarray(0, width * 4);
    const bgrx = new Uint32Array(Uint8Array.from(line).buffer);
    for (const [x, pixel] of bgrx.entries()) {
      const [red, blue] = [(pixel >>> 16) & 0xff, pixel & 0xff];
      rgba[y * width + x] = (0xff000000 | (blue << 16) | (pixel & 0xff00) | red) >>> 0;
    }
  }
  return { width, height, data: Buffer.from(rgba.buffer) };
}
