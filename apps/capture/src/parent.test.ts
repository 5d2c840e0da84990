import { type ChildProcess, fork, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { CLOSE } from "@screen-share/protocol";
import { afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { FakeRelay } from "../test/fake-relay.ts";
import { programFile } from "../test/programs.ts";
import { recordedSession } from "../test/recorded-session.ts";
import { EXIT_FAILED } from "./exit-codes.ts";

const FOLDER = fileURLToPath(new URL("..", import.meta.url));
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

let folder: string;
beforeAll(async () => {
  folder = mkdtempSync(path.join(tmpdir(), "parent-"));
  const { file } = await recordedSession([
    { kind: "resize", to: 0 },
    { kind: "send", count: 1000 },
  ]);
  writeFileSync(path.join(folder, "a.recording"), file);
});

let relay: FakeRelay;
beforeEach(async () => {
  relay = await FakeRelay.start();
});
afterEach(() => relay.stop());

function programOf(name: "main" | "replay"): [string, string[]] {
  const what = name === "main" ? ["--source", "test"] : [path.join(folder, "a.recording")];
  return [programFile(name), [...what, "--server", relay.url]];
}

function forked(name: "main" | "replay"): ChildProcess {
  const [file, args] = programOf(name);
  return fork(file, args, { cwd: FOLDER, env: ENVIRONMENT, silent: true });
}

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

describe.each(["main", "replay"] as const)("%s, started by another program", (name) => {
  it("says goodbye and ends when its parent disconnects", async () => {
    const child = forked(name);
    const ended = once(child, "exit");
    const connection = await relay.welcomed();
    await connection.receive("status");
    child.disconnect();
    expect(await connection.skipTo("status")).toMatchObject({ state: "stopped" });
    expect(await ended).toEqual([0, null]);
  });

  it("says goodbye and ends when its parent is killed", async () => {
    const [file, args] = programOf(name);
    const parent = spawn(process.execPath, ["-e", PARENT, file, ...args], {
      cwd: FOLDER,
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

  it("ends by itself when its parent is gone before it has started", async () => {
    const child = forked(name);
    const ended = once(child, "exit");
    child.disconnect();
    expect(await ended).toEqual([0, null]);
  });

  it("shares on when nobody reads its output any more", async () => {
    const [file, args] = programOf(name);
    const child = spawn(process.execPath, [file, ...args], {
      cwd: FOLDER,
      env: ENVIRONMENT,
    });
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
});

describe("a program that only answers", () => {
  it("ends though its parent stays", async () => {
    const child = fork(programFile("main"), ["--fps", "0"], { env: ENVIRONMENT, silent: true });
    expect(await once(child, "exit")).toEqual([EXIT_FAILED, null]);
  });
});
