/** What every program that publishes must do when the program that started it ends. */
import { type ChildProcess, fork, spawn } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";
import { CLOSE } from "@screen-share/protocol";
import { afterEach, beforeEach, expect, it } from "vitest";
import { FakeRelay } from "./fake-relay.ts";
import { programFile } from "./programs.ts";

// biome-ignore lint/style/noProcessEnv: where tests keep what an agent keeps for its user.
const ENVIRONMENT = { XDG_DATA_HOME: process.env.XDG_DATA_HOME };

/** Starts another program over an IPC channel, prints its process id, and waits for ever. */
const PARENT = `
  const { fork } = require("node:child_process");
  const [file, ...args] = process.argv.slice(1);
  const options = { stdio: ["ignore", "ignore", "ignore", "ipc"] };
  console.log(fork(file, args, options).pid);
  setInterval(() => {}, 1000);
`;

async function hasEnded(pid: number): Promise<void> {
  for (;;) {
    try {
      process.kill(pid, 0);
    } catch {
      return;
    }
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

/** @param options.args what makes it publish to a relay that is listed after them; called once the suite runs */
export function endsWithItsParent(options: {
  readonly program: Parameters<typeof programFile>[0];
  readonly args: () => readonly string[];
}): void {
  let relay: FakeRelay;
  beforeEach(async () => {
    relay = await FakeRelay.start();
  });
  afterEach(() => relay.stop());
  const command = () =>
    [programFile(options.program), [...options.args(), "--server", relay.url]] as const;
  const forked = (): ChildProcess => {
    const [file, args] = command();
    return fork(file, args, { env: ENVIRONMENT, silent: true });
  };

  it("reports that it stops, and exits, when its parent disconnects", async () => {
    const child = forked();
    const ended = once(child, "exit");
    const connection = await relay.welcomed();
    await connection.receive("status");
    child.disconnect();
    expect(await connection.skipTo("status")).toMatchObject({ state: "stopped" });
    expect(await ended).toEqual([0, null]);
  });

  it("reports that it stops, and exits, when its parent is killed", async () => {
    const [file, args] = command();
    const parent = spawn(process.execPath, ["-e", PARENT, file, ...args], {
      env: ENVIRONMENT,
      stdio: ["ignore", "pipe", "inherit"],
    });
    const [pid] = await once(createInterface(parent.stdout), "line");
    const connection = await relay.welcomed();
    await connection.receive("status");
    parent.kill("SIGKILL");
    expect(await connection.skipTo("status")).toMatchObject({ state: "stopped" });
    await hasEnded(Number(pid));
  });

  it("exits if its parent is gone before it has started", async () => {
    const child = forked();
    const ended = once(child, "exit");
    child.disconnect();
    expect(await ended).toEqual([0, null]);
  });

  it("keeps sharing when nothing reads its output any more", async () => {
    const [file, args] = command();
    const child = spawn(process.execPath, [file, ...args], { env: ENVIRONMENT });
    child.stdout.destroy();
    child.stderr.destroy();
    // Each of these connections makes it write: the link and several lines of its log.
    for (const room of ["one", "two", "three"]) {
      const connection = await relay.connection();
      await connection.receive("hello");
      connection.welcome(`http://relay.example/#room=${room}`);
      await connection.skipTo("update");
      connection.close(CLOSE.restarting);
    }
    const connection = await relay.welcomed();
    expect(await connection.receive("status")).toMatchObject({ state: "live" });
    child.kill("SIGINT");
    expect(await connection.skipTo("status")).toMatchObject({ state: "stopped" });
    expect(await once(child, "exit")).toEqual([0, null]);
  });
}
