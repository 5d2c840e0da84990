/**
 * One relay, 200 viewers (v1 and plain) and one that has stopped reading, 60 KB a picture at 10 fps; beside a bare broadcast of the
 * same pictures by `ws`, in the same run.
 */
import { fork } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";
import {
  encodeControl,
  encodeUpdate,
  type StreamDescription,
  SUBPROTOCOL,
} from "@screen-share/protocol";
import { encodeTiles, screenLike } from "@screen-share/protocol/testing";
import WebSocket from "ws";
import { type Usage, usageOf } from "../e2e/support/process-usage.ts";
import { freePort, startRelay } from "../e2e/support/programs.ts";
import { percentile } from "../e2e/support/statistics.ts";
import type { CrowdReport } from "./fan-out/crowd.ts";
import { digits, heading, say, table } from "./report.ts";

const FPS = 10;
const SECONDS = 30;
const UPDATES = FPS * SECONDS;
const SIZE = { width: 640, height: 260 };

interface Run {
  readonly name: string;
  readonly crowd: CrowdReport;
  readonly before: Usage;
  readonly middle: Usage;
  readonly after: Usage;
}

/** Runs viewers in a process of their own, and the pictures past them. */
async function measure(
  name: string,
  server: { readonly pid: number; readonly port: number },
  send: (index: number) => void,
): Promise<Run> {
  const script = fileURLToPath(new URL("./fan-out/crowd.ts", import.meta.url));
  const kind = name.startsWith("ws") ? "bare" : "mixed";
  const crowd = fork(script, [String(server.port), kind], { execArgv: ["--import", "tsx"] });
  await once(crowd, "message");
  const before = usageOf(server.pid);
  let middle = before;
  const begun = performance.now();
  for (let i = 1; i <= UPDATES; i++) {
    await new Promise((resolve) =>
      setTimeout(resolve, Math.max(0, begun + (i * 1000) / FPS - performance.now())),
    );
    send(i);
    if (i === UPDATES / 2) middle = usageOf(server.pid);
  }
  await new Promise((resolve) => setTimeout(resolve, 1000));
  const after = usageOf(server.pid);
  crowd.send("report");
  const [report] = (await once(crowd, "message")) as [CrowdReport];
  crowd.kill();
  return { name, crowd: report, before, middle, after };
}

async function measureRelay(name: string, env: Record<string, string> = {}): Promise<Run> {
  const port = await freePort();
  const relay = await startRelay(port, { LOG_LEVEL: "warn", ...env });
  const pictures = [1, 2].map((seed) => encodeTiles(screenLike(SIZE, seed), 90));
  const producer = new WebSocket(`ws://localhost:${port}/ws/producer`, SUBPROTOCOL);
  await once(producer, "open");
  const tables = [pictures[0]?.tables].filter((found) => found !== undefined);
  const stream: StreamDescription = { codec: "jpeg-tiles", ...SIZE, tables };
  producer.send(encodeControl({ type: "hello", room: "main", producerId: "0".repeat(32) }));
  producer.send(encodeControl({ type: "stream", epoch: 1, stream }));
  const send = (index: number) => {
    const capturedAt = performance.timeOrigin + performance.now();
    const times = { capturedAt, encodedAt: capturedAt, relayedAt: 0 };
    const tiles = pictures[index % 2]?.tiles ?? [];
    producer.send(encodeUpdate({ keyframe: false, cut: false, epoch: 1, ...times, tiles }));
  };
  send(0);
  const run = await measure(name, { pid: relay.process.pid ?? 0, port }, send);
  producer.terminate();
  await relay.end("SIGTERM");
  return run;
}

async function measureBare(): Promise<Run> {
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
  const run = await measure("ws, bare broadcast", { pid: server.pid ?? 0, port }, () => {
    view.setFloat64(6, performance.timeOrigin + performance.now(), true);
    producer.send(frame);
  });
  producer.terminate();
  server.kill();
  return run;
}

export async function fanOutBench(): Promise<void> {
  heading(`200 viewers and a stuck one, ${FPS} fps for ${SECONDS} s, loopback`);
  const counting = { METRICS_PORT: String(await freePort()) };
  const runs = [
    await measureRelay("Screen Share"),
    await measureRelay("the same, with metrics", counting),
    await measureBare(),
  ];
  table(
    runs.map(({ name, crowd, before, middle, after }) => ({
      relay: name,
      "KB a picture": digits(crowd.bytesPerPicture / 1000),
      "viewers that got all": `${crowd.counts.filter((count) => count >= UPDATES).length} of ${crowd.counts.length}`,
      "pictures missed": crowd.counts.reduce((sum, n) => sum + Math.max(0, UPDATES - n), 0),
      "age p50/p99 ms": `${digits(percentile(crowd.ages, 0.5))}/${digits(percentile(crowd.ages, 0.99))}`,
      "CPU % of a core": digits(((after.cpuSeconds - before.cpuSeconds) / SECONDS) * 100),
      "RSS MB begin/middle/end": [before, middle, after].map((u) => u.rssMb.toFixed(0)).join("/"),
    })),
  );
  say(
    "\nHalf of our viewers are plain ones (whole JPEGs, pinged), half v1 (acks); the bare broadcast's get the same bytes and neither.",
  );
}
