/** A display for the tests of a file, with a number that no other test takes, and programs that draw on it. */
import { type ChildProcess, execFileSync, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { XServer } from "@screen-share/protocol/testing/x-server";

/** X servers that look for a free number take the lowest. */
const FIRST_NUMBER = 1000;
const NUMBERS = 50_000;
const NUMBERS_PER_PROCESS = 16;
let started = 0;

/** A number for each display, so that a display that has ended comes back only when its test starts it again. */
function ownNumber(): string {
  return `:${FIRST_NUMBER + ((process.pid * NUMBERS_PER_PROCESS + started++) % NUMBERS)}`;
}

export class Xvfb {
  readonly #clients: ChildProcess[] = [];

  private constructor(
    private readonly server: XServer,
    private readonly folder: string,
  ) {}

  /** Resolves once it answers. @param size such as "640x480", or "640x480x16" with a depth */
  static async start(
    size: string,
    display = ownNumber(),
    args: readonly string[] = [],
  ): Promise<Xvfb> {
    const folder = await mkdtemp(join(tmpdir(), "screen-share-x-"));
    const screen = size.split("x").length > 2 ? size : `${size}x24`;
    const all = ["-nocursor", ...args];
    return new Xvfb(await XServer.start({ screen, folder, display, args: all }), folder);
  }

  get display(): string {
    return this.server.display;
  }

  /** Runs an X client, until `kill` or its own end. */
  run(command: string, ...args: string[]): ChildProcess {
    const assignment = `DISPLAY=${this.display}`;
    const client = spawn("env", [assignment, command, ...args], { stdio: "ignore" });
    this.#clients.push(client);
    return client;
  }

  /** Runs an X client to its end. @throws Error if it fails */
  async finish(command: string, ...args: string[]): Promise<void> {
    const [code] = await once(this.run(command, ...args), "exit");
    if (code !== 0) throw new Error(`${command} ${args.join(" ")} ended with ${code}`);
  }

  /** The same, without reading any event of the server meanwhile. */
  finishBlocking(command: string, ...args: string[]): void {
    execFileSync("env", [`DISPLAY=${this.display}`, command, ...args], { stdio: "ignore" });
  }

  async pixels(): Promise<Buffer> {
    return (await this.server.pixels()).data;
  }

  /** Keeps it from answering, or lets it continue. */
  freeze(frozen: boolean): void {
    this.server.process.kill(frozen ? "SIGSTOP" : "SIGCONT");
  }

  async kill(): Promise<void> {
    for (const client of this.#clients) client.kill();
    const { process } = this.server;
    const runs = process.exitCode === null && process.signalCode === null;
    process.kill("SIGKILL");
    if (runs) await once(process, "exit");
    await rm(this.folder, { recursive: true, force: true });
  }
}
