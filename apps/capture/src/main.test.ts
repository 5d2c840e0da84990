import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { createReadStream, mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { signToken, tokenKey } from "@screen-share/protocol/token";
import { type Recorded, RecordingReader } from "@screen-share/publish";
import { EXIT_FAILED, expiryOf } from "@screen-share/publish/node";
import { FakeRelay } from "@screen-share/publish/testing/fake-relay";
import { programFile } from "@screen-share/publish/testing/programs";
import { describe, expect, it } from "vitest";
import { EXIT_NO_DISPLAY } from "./config.ts";

const SECRET = "a-token-that-nobody-may-read";

/** Starts the agent with nothing set but these variables. */
function start(args: readonly string[], environment: Record<string, string> = {}) {
  const child = spawn(process.execPath, [programFile("capture"), ...args], {
    cwd: fileURLToPath(new URL("..", import.meta.url)),
    // biome-ignore lint/style/noProcessEnv: where tests keep what an agent keeps for its user.
    env: { XDG_DATA_HOME: process.env.XDG_DATA_HOME, ...environment },
  });
  return { child, ended: outcome(child) };
}

async function outcome(child: ChildProcess) {
  const output = { stdout: "", stderr: "" };
  child.stdout?.on("data", (data) => {
    output.stdout += data;
  });
  child.stderr?.on("data", (data) => {
    output.stderr += data;
  });
  const [code] = await once(child, "close");
  return { code, ...output };
}

describe("the agent", () => {
  it.each([[[]], [["--list"]]])(
    "ends with code 3 and a sentence where there is no display %s",
    async (args) => {
      const { code, stderr } = await start(args).ended;
      expect(code).toBe(EXIT_NO_DISPLAY);
      expect(stderr).toMatch(/^There is no display to capture .*\n$/);
    },
  );

  it("reports all bad settings, and exits with code 1", async () => {
    const { code, stderr } = await start(["--fps", "0", "--quality", "x"]).ended;
    expect(code).toBe(EXIT_FAILED);
    expect(stderr.trim().split("\n")).toHaveLength(2);
  });

  it.each(["SIGINT", "SIGTERM"] as const)(
    "says goodbye on %s and ends with code 0",
    async (signal) => {
      const relay = await FakeRelay.start();
      const args = ["--source", "test", "--server", relay.url];
      const { child, ended } = start(args, { PRODUCER_TOKEN: SECRET, LOG_LEVEL: "debug" });
      const connection = await relay.welcomed();
      expect(connection.headers.authorization).toBe(`Bearer ${SECRET}`);
      await connection.receive("status");
      await connection.receive("stream");
      await connection.receive("update");
      child.kill(signal);
      child.kill(signal);
      // Between the update and the signal there may be further ones: a picture comes in cuts.
      expect(await connection.skipTo("status")).toMatchObject({ state: "stopped" });
      const { code, stdout, stderr } = await ended;
      expect(code).toBe(0);
      expect(stdout).toBe("Viewer link: http://relay.example/#room=main\n");
      expect(stderr).toContain("sharing 1280×720 at up to 10 fps");
      expect(stderr).toContain("encoded by jpeg-turbo");
      expect(stderr).not.toContain(SECRET);
      await relay.stop();
    },
  );

  it("prints the link that replaces one which ended while the process was stopped", async () => {
    const relay = await FakeRelay.start();
    const { child, ended } = start(["--source", "test", "--server", relay.url]);
    const linkUntil = async (expiresAt: number) => {
      const key = tokenKey("a secret of thirty-two bytes or more");
      const token = await signToken(key, { role: "viewer", room: "main", expiresAt });
      return `http://relay.example/#room=main&token=${token}`;
    };
    const first = await linkUntil(Date.now() + 2000);
    const asleep = await relay.connection();
    await asleep.receive("hello");
    asleep.welcome(first);
    await asleep.receive("status");
    child.kill("SIGSTOP");
    while (Date.now() < (expiryOf(first)?.getTime() ?? 0)) await sleep(50);
    asleep.terminate();
    child.kill("SIGCONT");
    const awake = await relay.connection();
    await awake.receive("hello");
    const second = await linkUntil(Date.now() + 3_600_000);
    awake.welcome(second);
    await awake.receive("status");
    child.kill("SIGINT");
    const { stdout } = await ended;
    const printed = stdout.match(/^Viewer link: .*$/gm);
    expect(printed).toEqual([`Viewer link: ${first}`, `Viewer link: ${second}`]);
    await relay.stop();
  });

  it("keeps the generation of its links over a restart, unless it is to begin with fresh ones", async () => {
    const relay = await FakeRelay.start();
    const generations: (string | undefined)[] = [];
    for (const flags of [[], [], ["--fresh-links"], []]) {
      const { child, ended } = start(["--source", "test", "--server", relay.url, ...flags]);
      const connection = await relay.connection();
      generations.push((await connection.receive("hello")).gen);
      child.kill("SIGINT");
      await ended;
    }
    const [first, second, third, fourth] = generations;
    expect(second).toBe(first);
    expect(third).not.toBe(first);
    expect(fourth).toBe(third);
    await relay.stop();
  });

  it("ends with code 1 and the reason when the relay refuses it for good", async () => {
    const relay = await FakeRelay.start();
    const { ended } = start(["--source", "test", "--server", relay.url]);
    (await relay.connection()).close(4401);
    const { code, stderr } = await ended;
    expect(code).toBe(EXIT_FAILED);
    expect(stderr).toContain("the token is missing, invalid, expired or revoked");
    await relay.stop();
  });

  it("records what it publishes even if nobody is watching, and never to an existing file", async () => {
    const relay = await FakeRelay.start();
    const file = path.join(mkdtempSync(path.join(tmpdir(), "recording-")), "a.recording");
    const args = ["--source", "test", "--server", relay.url, "--record", file];
    const { child, ended } = start(args);
    const connection = await relay.connection();
    await connection.receive("hello");
    connection.send({ type: "welcome", room: "main", viewerLink: "/" });
    connection.demand(0);
    await connection.receive("status");
    const described = await connection.receive("stream");
    const update = await connection.receive("update");
    child.kill("SIGINT");
    const { code, stderr } = await ended;
    expect(code).toBe(0);
    expect(stderr).toContain(`recording to ${file}, even while nobody is watching`);
    expect(stderr).toMatch(/recorded \d+ updates, .* MB, to /);
    await relay.stop();

    const reader = new RecordingReader(createReadStream(file));
    const records: Recorded[] = [];
    for await (const record of reader.records()) records.push(record);
    expect(reader.end).toEqual({ kind: "whole" });
    const { epoch, stream } = described;
    expect(records[0]).toMatchObject({ kind: "stream", epoch, stream });
    const { type: _, ...sent } = update;
    expect(records[1]).toMatchObject({ kind: "update", update: sent });

    const again = await start(args).ended;
    expect(again.code).toBe(EXIT_FAILED);
    expect(again.stderr).toMatch(/exists already/);
  });
});
