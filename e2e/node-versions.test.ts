/** The built relay on other versions of Node than the one at hand, on the adapter that runs everywhere: a picture goes through. */
import { type ChildProcess, fork } from "node:child_process";
import { once } from "node:events";
import { existsSync } from "node:fs";
import { fileURLToPath } from "node:url";
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

const RELAY = fileURLToPath(new URL("../apps/relay/dist/main.js", import.meta.url));
const SIZE = { width: 320, height: 200 };
const LIMIT_MS = 30_000;

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
  it.each([22, 24, 26])("carries a picture on Node %i with TRANSPORT=ws", async (version) => {
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
