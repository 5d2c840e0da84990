/**
 * One relay with 200 viewers (v1 and plain) and one that has stopped reading, 60 KB per picture at 10 fps, compared with a bare broadcast
 * of the same pictures with `ws` in the same run.
 */
import { fork } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";
import { encodeUpdate } from "@screen-share/protocol";
import { encodeTiles, screenLike } from "@screen-share/protocol/testing";
import WebSocket from "ws";
import { freePort } from "../e2e/support/ports.ts";
import { startRelay } from "../e2e/support/programs.ts";
import { floorBench } from "./fan-out/floor.ts";
import {
  cells,
  type FanOutRun,
  FPS,
  measure,
  SECONDS,
  SIZE,
  startProducer,
} from "./fan-out/measure.ts";
import { heading, say, table } from "./report.ts";

const VIEWERS = 200;

async function measureRelay(env: Record<string, string> = {}): Promise<FanOutRun> {
  const port = await freePort();
  const relay = await startRelay(port, { LOG_LEVEL: "warn", ...env });
  const { send, stop } = await startProducer(port);
  const pid = relay.process.pid ?? 0;
  const run = await measure({ pid, port, kind: "mixed", viewers: VIEWERS, send });
  stop();
  await relay.end("SIGTERM");
  return run;
}

async function measureBare(): Promise<FanOutRun> {
  const script = fileURLToPath(new URL("./fan-out/bare-server.ts", import.meta.url));
  const server = fork(script, { execArgv: ["--import", "tsx"] });
  const [port] = (await once(server, "message")) as [number];
  const producer = new WebSocket(`ws://localhost:${port}/producer`, { perMessageDeflate: false });
  await once(producer, "open");
  const [bytes] = [1].map((seed) => encodeTiles(screenLike(SIZE, seed), 90));
  const times = { capturedAt: 0, encodedAt: 0, relayedAt: 0 };
  const tiles = bytes?.tiles ?? [];
  const frame = encodeUpdate({ keyframe: true, cut: false, epoch: 1, ...times, tiles });
  const view = new DataView(frame.buffer);
  const send = () => {
    view.setFloat64(6, performance.timeOrigin + performance.now(), true);
    producer.send(frame);
  };
  const pid = server.pid ?? 0;
  const run = await measure({ pid, port, kind: "bare", viewers: VIEWERS, send });
  producer.terminate();
  server.kill();
  return run;
}

export async function fanOutBench(): Promise<void> {
  heading(`${VIEWERS} viewers and a stuck one, ${FPS} fps for ${SECONDS} s, loopback`);
  const counting = { METRICS_PORT: String(await freePort()) };
  table([
    { relay: "Screen Share", ...cells(await measureRelay()) },
    { relay: "the same, with metrics", ...cells(await measureRelay(counting)) },
    { relay: "the same, on ws", ...cells(await measureRelay({ TRANSPORT: "ws" })) },
    { relay: "ws, bare broadcast", ...cells(await measureBare()) },
  ]);
  say(
    "\nOne in eight of our viewers is plain (whole JPEGs, pings), all others are v1 (acks). Viewers of the bare broadcast get the same bytes, without pings or acks.",
  );
  await floorBench();
}
