/** A display of its own for tests, by Xvfb on a number that nobody else takes, and programs that draw on it. */
import { type ChildProcess, execFileSync, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Readable } from "node:stream";

/** X servers that look for a free number take the lowest. */
const FIRST_NUMBER = 1000;
const NUMBERS = 50_000;
const NUMBERS_A_PROCESS = 16;
let started = 0;

/** For each display another number, so that one that is gone stays gone until its test brings it back, whatever other files start. */
function ownNumber(): string {
  return `:${FIRST_NUMBER + ((process.pid * NUMBERS_A_PROCESS + started++) % NUMBERS)}`;
}

export class Xvfb {
  readonly #clients: ChildProcess[] = [];

  private constructor(
    /** As `DISPLAY` wants it, such as ":3". */
    readonly display: string,
    private readonly server: ChildProcess,
    private readonly folder: string,
  ) {}

  /**
   * Starts Xvfb; it answers once this resolves. Without Xvfb on this machine the test fails.
   * @param size such as "640x480", or "640x480x16" with a depth
   * @param display take this number instead of one of its own
   * @param options further arguments of Xvfb
   */
  static async start(
    size: string,
    display = ownNumber(),
    options: readonly string[] = [],
  ): Promise<Xvfb> {
    const folder = await mkdtemp(join(tmpdir(), "screen-share-x-"));
    const screen = ["-screen", "0", size.split("x").length > 2 ? size : `${size}x24`];
    const own = ["-displayfd", "3", ...screen, "-fbdir", folder, "-nocursor", "-noreset"];
    const args = [display, ...own, ...options];
    const server = spawn("Xvfb", args, { stdio: ["ignore", "ignore", "ignore", "pipe"] });
    const failed = once(server, "error").then(([error]) => {
      throw new Error(`Xvfb is needed for this test: ${error}`);
    });
    const ended = once(server, "exit").then(() => Promise.reject("ended"));
    ended.catch(() => undefined);
    const tells = once(server.stdio[3] as Readable, "data");
    const [told] = await Promise.race([tells, failed, ended]);
    return new Xvfb(`:${String(told).trim()}`, server, folder);
  }

  /** Runs an X client, until `kill` or its own end. */
  run(command: string, ...args: string[]): ChildProcess {
    const assignment = `DISPLAY=${this.display}`;
    const client = spawn("env", [assignment, command, ...args], { stdio: "ignore" });
    this.#clients.push(client);
    return client;
  }

  /** Runs an X client to its end, which must be a good one. */
  async finish(command: string, ...args: string[]): Promise<void> {
    const [code] = await once(this.run(command, ...args), "exit");
    if (code !== 0) throw new Error(`${command} ${args.join(" ")} ended with ${code}`);
  }

  /** The same, while nothing else happens in this process: no event of the server's is read meanwhile. */
  finishBlocking(command: string, ...args: string[]): void {
    execFileSync("env", [`DISPLAY=${this.display}`, command, ...args], { stdio: "ignore" });
  }

  /** The screen as RGBA, from the server's own memory. It must have the size with which it began. */
  async pixels(): Promise<Buffer> {
    return readXwd(await readFile(join(this.folder, "Xvfb_screen0")));
  }

  /** Keeps it from answering, or lets it go on. */
  freeze(frozen: boolean): void {
    this.server.kill(frozen ? "SIGSTOP" : "SIGCONT");
  }

  /** Ends it, and waits until it has. */
  async kill(): Promise<void> {
    for (const client of this.#clients) client.kill();
    const runs = this.server.exitCode === null && this.server.signalCode === null;
    this.server.kill("SIGKILL");
    if (runs) await once(this.server, "exit");
    await rm(this.folder, { recursive: true, force: true });
  }
}

/** An X window dump (XWDFile.h, version 7) with 32 bits a px, blue in the first byte. */
function readXwd(dump: Buffer): Buffer {
  const field = (index: number) => dump.readUInt32BE(index * 4);
  const [headerBytes, width, height, colours] = [field(0), field(4), field(5), field(19)];
  if (field(11) !== 32 || field(12) !== width * 4) throw new Error("an unknown kind of dump");
  const start = headerBytes + colours * 12;
  const bgrx = dump.subarray(start, start + width * height * 4);
  const pixels = new Int32Array(Uint8Array.from(bgrx).buffer);
  for (let at = 0; at < pixels.length; at++) {
    const pixel = pixels[at] ?? 0;
    const [red, blue] = [(pixel >>> 16) & 0xff, pixel & 0xff];
    pixels[at] = 0xff000000 | (blue << 16) | (pixel & 0xff00) | red;
  }
  return Buffer.from(pixels.buffer);
}
