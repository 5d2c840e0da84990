import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { CLOSE, Replica } from "@screen-share/protocol";
import { IdentityFile, identityPath } from "@screen-share/publish/node";
import { FakeRelay } from "@screen-share/publish/testing/fake-relay";
import { endsWithItsParent } from "@screen-share/publish/testing/parent-suite";
import { programFile } from "@screen-share/publish/testing/programs";
import { recordedSession } from "@screen-share/publish/testing/recorded-session";
import { beforeAll, describe, expect, it } from "vitest";

const SECRET = "a-token-that-nobody-may-read";

let folder: string;
let session: Awaited<ReturnType<typeof recordedSession>>;
beforeAll(async () => {
  folder = mkdtempSync(path.join(tmpdir(), "replay-"));
  session = await recordedSession([
    { kind: "resize", to: 0 },
    { kind: "send", count: 1000 },
    { kind: "wait", ms: 300 },
    { kind: "change", count: 5, seed: 3 },
    { kind: "send", count: 1000 },
  ]);
});

function fileOf(bytes: Uint8Array, name: string): string {
  const file = path.join(folder, name);
  writeFileSync(file, bytes);
  return file;
}

function fail(words: string): never {
  throw new Error(words);
}

/** Starts it with nothing set but these variables. */
function start(args: readonly string[], environment: Record<string, string> = {}) {
  const child = spawn(process.execPath, [programFile("replay"), ...args], {
    cwd: fileURLToPath(new URL("..", import.meta.url)),
    // biome-ignore lint/style/noProcessEnv: where tests keep what an agent keeps for its user.
    env: { XDG_DATA_HOME: process.env.XDG_DATA_HOME, ...environment },
  });
  const output = { stdout: "", stderr: "" };
  child.stdout.on("data", (data) => {
    output.stdout += data;
  });
  child.stderr.on("data", (data) => {
    output.stderr += data;
  });
  return { child, output, ended: once(child, "close").then(([code]) => ({ code, ...output })) };
}

describe("replay, started by another program", () => {
  endsWithItsParent({ program: "replay", args: () => [fileOf(session.file, "parent.recording")] });
});

describe("replay", () => {
  it("is a producer that shows the recording, reports its end, and stays until a signal stops it", async () => {
    const relay = await FakeRelay.start();
    const args = [fileOf(session.file, "a.recording"), "--server", relay.url, "--room", "demo"];
    const { child, output, ended } = start([...args, "--speed", "0.5"], { PRODUCER_TOKEN: SECRET });
    const connection = await relay.connection();
    expect(connection.headers.authorization).toBe(`Bearer ${SECRET}`);
    expect(await connection.receive("hello")).toMatchObject({ room: "demo", name: "replay" });
    connection.welcome();
    await connection.receive("status");
    const { epoch, stream } = await connection.receive("stream");
    const replica = new Replica();
    replica.describe(epoch, stream);
    for (let count = 1; count <= 2; count++) {
      replica.apply(await connection.receive("update"));
      connection.ack(count);
    }
    const hex = (tiles = replica.shown?.since(0)) =>
      tiles?.map(({ bytes }) => Buffer.from(bytes).toString("hex"));
    expect(hex()).toEqual(hex(session.last.since(0)));
    while (!output.stderr.includes("played to the end")) await once(child.stderr, "data");
    child.kill("SIGINT");
    expect(await connection.skipTo("status")).toMatchObject({ state: "stopped" });
    const { code, stdout, stderr } = await ended;
    expect(code).toBe(0);
    expect(stdout).toBe("Viewer link: http://relay.example/#room=main\n");
    expect(stderr).toContain("at 0.5 times its speed");
    expect(stderr).not.toContain(SECRET);
    await relay.stop();
  });

  it("is another producer each time, but of the agent's generation, so that it disconnects neither the agent nor viewers", async () => {
    const relay = await FakeRelay.start();
    const args = [fileOf(session.file, "b.recording"), "--server", relay.url];
    const hellos = [];
    for (let i = 0; i < 2; i++) {
      const { child, ended } = start(args);
      hellos.push(await (await relay.connection()).receive("hello"));
      child.kill("SIGTERM");
      await ended;
    }
    const [first, second] = hellos;
    expect(first?.producerId).not.toBe(second?.producerId);
    expect(first?.gen).toBe(second?.gen);
    await relay.stop();
  });

  it("begins with --wait once a viewer is watching", async () => {
    const relay = await FakeRelay.start();
    const args = [fileOf(session.file, "c.recording"), "--server", relay.url, "--wait"];
    const { child, output, ended } = start(args);
    const connection = await relay.connection();
    await connection.receive("hello");
    connection.send({ type: "welcome", room: "main", viewerLink: "/" });
    connection.demand(0);
    while (!output.stderr.includes("nobody is watching")) await once(child.stderr, "data");
    expect(output.stderr).not.toContain("playing");
    connection.demand(1);
    while (!output.stderr.includes("playing")) await once(child.stderr, "data");
    await connection.skipTo("update");
    child.kill("SIGTERM");
    expect((await ended).code).toBe(0);
    await relay.stop();
  });

  it("plays and reports nothing with --wait if it is stopped or refused before anyone is watching", async () => {
    const relay = await FakeRelay.start();
    const args = [fileOf(session.file, "j.recording"), "--server", relay.url, "--wait"];
    const stopped = start(args);
    const connection = await relay.connection();
    await connection.receive("hello");
    connection.send({ type: "welcome", room: "main", viewerLink: "/" });
    connection.demand(0);
    await connection.receive("status");
    stopped.child.kill("SIGINT");
    const refused = start(args);
    (await relay.connection()).close(CLOSE.unauthorized, "");
    for (const [{ ended }, code] of [
      [stopped, 0],
      [refused, 1],
    ] as const) {
      const outcome = await ended;
      expect(outcome.code).toBe(code);
      expect(outcome.stderr).not.toMatch(/playing \//);
    }
    await relay.stop();
  });

  it("does not wait for another's room, at first or later: an agent that was away for a moment is to find it free", async () => {
    const relay = await FakeRelay.start();
    const args = [fileOf(session.file, "k.recording"), "--server", relay.url, "--room", "desk"];
    const atFirst = start(args);
    (await relay.connection()).close(CLOSE.producerExists, "");
    const later = start(args);
    const connection = await relay.welcomed();
    connection.close(CLOSE.restarting, "");
    (await relay.connection()).close(CLOSE.producerExists, "");
    for (const { ended } of [atFirst, later]) {
      const { code, stderr } = await ended;
      expect(code).toBe(1);
      expect(stderr).toContain(
        'The relay refused room "desk": another screen is already being shared in this room.\n',
      );
    }
    await relay.stop();
  });

  it("leaves the room once the links of the agent of this machine were revoked", async () => {
    const relay = await FakeRelay.start();
    const { child, ended } = start([fileOf(session.file, "l.recording"), "--server", relay.url]);
    const connection = await relay.welcomed();
    new IdentityFile(identityPath({ server: relay.url, room: "main" }), fail).endLinks();
    await connection.skipTo("status");
    expect(await connection.skipTo("status")).toMatchObject({ state: "stopped" });
    const { code, stderr } = await ended;
    expect(code).toBe(0);
    expect(stderr).toContain("all links given out were revoked, so the replay ends as well");
    expect(child.signalCode).toBeNull();
    await relay.stop();
  });

  it("summarises a recording without a relay", async () => {
    const { code, stdout } = await start(["--info", fileOf(session.file, "d.recording")]).ended;
    expect(code).toBe(0);
    expect(stdout).toContain("length       0.3 s\n");
    expect(stdout).toContain("longest gap  0.3 s, after 0.0 s\n");
    expect(stdout).toContain("pictures     300×40 (jpeg-tiles)\n");
    expect(stdout).toContain(
      "updates      2: 1 of the whole picture at once, 0 of a part (cut), 0 without any change\n",
    );
    expect(stdout).toMatch(/end +whole\n$/);
  });

  it.each<[string, () => readonly string[], RegExp]>([
    ["no file", () => [], /missing required argument 'file'/],
    ["a file that is not there", () => ["none.recording"], /there is no such file/],
    ["a folder", () => [folder], /it is a folder/],
    ["no regular file", () => ["/dev/null"], /it is no regular file/],
    ["no regular file to look into", () => ["--info", "/dev/null"], /it is no regular file/],
    [
      "another kind of file",
      () => [fileOf(Buffer.from("GIF89a: no recording"), "a.gif")],
      /is not a Screen Share recording/,
    ],
    [
      "a recording without a picture",
      () => [fileOf(session.file.subarray(0, 18), "e.recording")],
      /it holds no picture/,
    ],
    [
      "one that breaks off before any",
      () => [fileOf(session.file.subarray(0, 60), "f.recording")],
      /breaks off at byte 18/,
    ],
    [
      "a speed that is none",
      () => [fileOf(session.file, "g.recording"), "--speed", "fast"],
      /^--speed must be a number from 0\.1 to 100\.\n$/,
    ],
    [
      "a speed above all",
      () => [fileOf(session.file, "h.recording"), "--speed", "101"],
      /^--speed must be a number from 0\.1 to 100\.\n$/,
    ],
    ["an unknown option", () => ["x", "--quickly"], /unknown option '--quickly'/],
    [
      "a server that others can listen to",
      () => [fileOf(session.file, "i.recording"), "--server", "ws://relay.example"],
      /must begin with wss:/,
    ],
  ])("given %s says what is wrong, in one go, and ends with code 1", async (_, args, complaint) => {
    const { code, stderr } = await start(args()).ended;
    expect(code).toBe(1);
    expect(stderr).toMatch(complaint);
    expect(stderr.trim().split("\n")).toHaveLength(1);
  });
});
