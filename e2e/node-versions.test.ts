/**
 * Other versions of Node than the one at hand, with the adapter that runs everywhere: the transport's suite passes, and a picture goes
 * through the built relay.
 */
import { type ChildProcess, execFile, fork } from "node:child_process";
import { once } from "node:events";
import { existsSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import {
  decodeUpdate,
  encodeAck,
  encodeControl,
  encodeUpdate,
  type StreamDescription,
  SUBPROTOCOL,
} from "@screen-share/protocol";
import { encodeTiles, screenLike } from "@screen-share/protocol/testing";
import { afterEach, describe, expect, it } from "vitest";
import WebSocket, { type RawData } from "ws";
import { within } from "./support/wait.ts";

const VERSIONS = [22, 24, 26];
const ROOT = fileURLToPath(new URL("..", import.meta.url));
const RELAY = fileURLToPath(new URL("../apps/relay/dist/main.js", import.meta.url));
const VITEST = fileURLToPath(new URL("../node_modules/vitest/vitest.mjs", import.meta.url));
const SIZE = { width: 320, height: 200 };
const LIMIT_MS = 30_000;
/** It takes 25 s. */
const SUITE_LIMIT_MS = 240_000;

/** What vitest's JSON reporter tells, as far as it matters here. */
interface Report {
  readonly testResults: readonly {
    readonly assertionResults: readonly { readonly status: string; readonly fullName: string }[];
  }[];
}

function nodeOf(version: number): string {
  return fileURLToPath(new URL(`nodes/node_modules/node${version}/bin/node`, import.meta.url));
}

/** npm has these builds for one platform. */
const HERE = process.platform === "linux" && process.arch === "x64";

let relay: ChildProcess | undefined;
const sockets: WebSocket[] = [];
afterEach(async () => {
  for (const socket of sockets.splice(0)) socket.terminate();
  if (relay && relay.exitCode === null && relay.signalCode === null) {
    const exit = once(relay, "exit");
    relay.kill("SIGKILL");
    await exit;
  }
});

async function join(port: number, role: "producer" | "viewer", hello: Record<string, unknown>) {
  const socket = new WebSocket(`ws://127.0.0.1:${port}/ws/${role}`, SUBPROTOCOL);
  sockets.push(socket);
  const messages: (Buffer | string)[] = [];
  socket.on("message", (data: RawData, isBinary) => {
    messages.push(isBinary ? (data as Buffer) : String(data));
    socket.emit("kept");
  });
  await once(socket, "open");
  socket.send(JSON.stringify({ type: "hello", room: "main", ...hello }));
  const until = async (met: (message: Buffer | string) => boolean) => {
    while (!messages.some(met)) await once(socket, "kept");
    return messages.find(met);
  };
  return { socket, until };
}

const isText = (type: string) => (message: Buffer | string) =>
  typeof message === "string" && JSON.parse(message).type === type;
const isBinary = (message: Buffer | string) => typeof message !== "string";

describe.runIf(HERE)("the built relay", () => {
  it.each(VERSIONS)("carries a picture on Node %i with TRANSPORT=ws", async (version) => {
    const execPath = nodeOf(version);
    expect(existsSync(execPath)).toBe(true);
    const env = { PATH: "/usr/bin:/bin", PORT: "0", TRANSPORT: "ws" };
    relay = fork(RELAY, [], {
      execPath,
      execArgv: [],
      env,
      stdio: ["ignore", "ignore", "inherit", "ipc"],
    });
    const [{ port }] = (await within(once(relay, "message"), LIMIT_MS, "starting")) as [
      { port: number },
    ];

    const answer = await fetch(`http://127.0.0.1:${port}/healthz`);
    expect(answer.status).toBe(200);

    const producer = await join(port, "producer", { producerId: "0".repeat(32) });
    const viewer = await join(port, "viewer", {});
    await within(producer.until(isText("welcome")), LIMIT_MS, "the producer's welcome");
    const { tables, tiles } = encodeTiles(screenLike(SIZE, 1));
    const stream: StreamDescription = { codec: "jpeg-tiles", ...SIZE, tables: [tables] };
    producer.socket.send(encodeControl({ type: "stream", epoch: 1, stream }));
    const times = { capturedAt: 1, encodedAt: 2, relayedAt: 0 };
    producer.socket.send(encodeUpdate({ keyframe: true, cut: false, epoch: 1, ...times, tiles }));

    const update = await within(viewer.until(isBinary), LIMIT_MS, "the viewer's picture");
    const shown = decodeUpdate(update as Buffer).tiles;
    expect(shown.map(({ bytes }) => Buffer.from(bytes))).toEqual(
      tiles.map(({ bytes }) => Buffer.from(bytes)),
    );
    viewer.socket.send(encodeAck(1));
    await within(producer.until(isBinary), LIMIT_MS, "the producer's ack");

    const closed = once(viewer.socket, "close");
    const exit = once(relay, "exit");
    relay.kill("SIGTERM");
    expect((await within(closed, LIMIT_MS, "the viewer's end"))[0]).toBe(1012);
    expect((await within(exit, LIMIT_MS, "the relay's end"))[0]).toBe(0);
  });
});

describe.runIf(HERE).concurrent(
  "the transport's suite",
  () => {
    it.each(VERSIONS)("passes on Node %i with TRANSPORT=ws", async (version) => {
      const suite = ["run", "--project", "unit", "--reporter=json", "apps/relay/src/transport/"];
      const env = { PATH: "/usr/bin:/bin", CI: "true", TRANSPORT: "ws" };
      const options = { cwd: ROOT, env, timeout: SUITE_LIMIT_MS, maxBuffer: 2 ** 26 };
      const run = promisify(execFile)(nodeOf(version), [VITEST, ...suite], options);
      const { stdout } = await run.catch((failed: { stdout: string }) => failed);
      const report: Report = JSON.parse(stdout.slice(stdout.indexOf("{")));
      const tests = report.testResults.flatMap(({ assertionResults }) => assertionResults);
      expect(tests.filter(({ status }) => status !== "passed")).toEqual([]);
      for (const part of ["WebSockets on ws", "HTTP on ws", "unfinished messages on ws"]) {
        expect(tests.filter(({ fullName }) => fullName.startsWith(part))).not.toEqual([]);
      }
    });
  },
  SUITE_LIMIT_MS,
);
