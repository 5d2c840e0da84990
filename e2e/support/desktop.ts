/** A desktop without a screen: Xvfb, and real windows on it. */
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { XServer } from "@screen-share/protocol/testing/x-server";
import type { Pixels } from "./pixels.ts";
import { ProgramSession } from "./session.ts";
import { within } from "./wait.ts";

/** Until the X server listens, and until a client of ours has done its work. */
const LIMIT_MS = 20_000;

export class VirtualDesktop {
  private constructor(
    private readonly server: XServer,
    private readonly session: ProgramSession,
  ) {}

  /** @param display by default one that is free */
  static async start(
    size: { width: number; height: number },
    display?: string,
  ): Promise<VirtualDesktop> {
    const session = new ProgramSession("x");
    const screen = `${size.width}x${size.height}x24`;
    const args = ["-nolisten", "tcp"];
    const options = { screen, display, args, folder: session.home, env: session.env() };
    const server = await within(XServer.start(options), LIMIT_MS, "starting Xvfb");
    return new VirtualDesktop(server, session);
  }

  get display(): string {
    return this.server.display;
  }

  run(command: string, ...args: string[]): ChildProcess {
    return spawn(command, args, {
      env: this.session.env({ DISPLAY: this.display }),
      stdio: "ignore",
      detached: true,
    });
  }

  async finish(command: string, ...args: string[]): Promise<void> {
    const client = this.run(command, ...args);
    const [code] = await within(once(client, "exit"), LIMIT_MS, command);
    if (code !== 0) throw new Error(`${command} ended with ${code}`);
  }

  async pixels(): Promise<Pixels> {
    return await this.server.pixels();
  }

  async stop(): Promise<void> {
    await this.session.end();
  }
}

export function killGroup({ pid }: ChildProcess, signal: NodeJS.Signals): void {
  if (pid === undefined) return;
  try {
    process.kill(-pid, signal);
  } catch {
    // It has ended by itself.
  }
}
