/** Sends pictures to many viewers and measures what each receives, and what that costs. */
import { fork } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";
import {
  encodeControl,
  encodeUpdate,
  type Size,
  type StreamDescription,
  SUBPROTOCOL,
} from "@screen-share/protocol";
import { encodeTiles, screenLike } from "@screen-share/protocol/testing";
import { type Usage, usageOf } from "@screen-share/protocol/testing/process-usage";
import WebSocket from "ws";
import { percentile } from "../../e2e/support/statistics.ts";
import { digits } from "../report.ts";
import type { CrowdReport } from "./crowd.ts";

export const FPS = 10;
export const SECONDS = 30;
const UPDATES = FPS * SECONDS;
/** What changes each time: 65 KB of JPEG. */
export const SIZE: Size = { width: 640, height: 260 };
const QUALITY = 90;

export interface FanOutRun {
  readonly crowd: CrowdReport;
  readonly before: Usage;
  readonly middle: Usage;
  readonly after: Usage;
}

export interface MeasureOptions {
  /** The server's process. */
  readonly pid: number;
  readonly port: number;
  /** `mixed`: v1 and plain viewers of the relay. `bare`: viewers of the bare broadcast. */
  readonly kind: "mixed" | "bare";
  readonly viewers: number;
  /** Sends the picture with this number. */
  readonly send: (index: number) => void;
}

/** Runs viewers in another process, and sends them pictures. */
export async function measure(options: MeasureOptions): Promise<FanOutRun> {
  const { pid, port, kind, viewers, send } = options;
  const script = fileURLToPath(new URL("./crowd.ts", import.meta.url));
  const args = [String(port), kind, String(viewers)];
  const crowd = fork(script, args, { execArgv: ["--import", "tsx"] });
  await once(crowd, "message");
  const before = usageOf(pid);
  let middle = before;
  const begun = performance.now();
  for (let i = 1; i <= UPDATES; i++) {
    await new Promise((resolve) =>
      setTimeout(resolve, Math.max(0, begun + (i * 1000) / FPS - performance.now())),
    );
    send(i);
    if (i === UPDATES / 2) middle = usageOf(pid);
  }
  await new Promise((resolve) => setTimeout(resolve, 1000));
  const after = usageOf(pid);
  crowd.send("report");
  const [report] = (await once(crowd, "message")) as [CrowdReport];
  crowd.kill();
  return { crowd: report, before, middle, after };
}

/** The results of a run, as cells of a table. */
export function cells({
  crowd,
  before,
  middle,
  after,
}: FanOutRun): Readonly<Record<string, string>> {
  const { counts, ages, bytesPerPicture } = crowd;
  const cpu = (after.cpuSeconds - before.cpuSeconds) / SECONDS;
  const bytes = counts.reduce((sum, n) => sum + n, 0) * bytesPerPicture;
  return {
    "KB a picture": digits(bytesPerPicture / 1000),
    "viewers that received all": `${counts.filter((count) => count >= UPDATES).length} of ${counts.length}`,
    "pictures missed": String(counts.reduce((sum, n) => sum + Math.max(0, UPDATES - n), 0)),
    "age p50/p99 ms": `${digits(percentile(ages, 0.5))}/${digits(percentile(ages, 0.99))}`,
    "MB/s to all": digits(bytes / SECONDS / 1e6),
    "CPU % of a core": digits(cpu * 100),
    "RSS MB begin/middle/end": [before, middle, after].map((u) => u.rssMb.toFixed(0)).join("/"),
  };
}

/** A producer that alternates between two pictures, for a relay without a secret. */
export async function startProducer(
  port: number,
  size = SIZE,
  quality = QUALITY,
): Promise<{ readonly send: (index: number) => void; readonly stop: () => void }> {
  const pictures = [1, 2].map((seed) => encodeTiles(screenLike(size, seed), quality));
  const producer = new WebSocket(`ws://localhost:${port}/ws/producer`, SUBPROTOCOL);
  await once(producer, "open");
  const tables = [pictures[0]?.tables].filter((found) => found !== undefined);
  const stream: StreamDescription = { codec: "jpeg-tiles", ...size, tables };
  producer.send(encodeControl({ type: "hello", room: "main", producerId: "0".repeat(32) }));
  producer.send(encodeControl({ type: "stream", epoch: 1, stream }));
  const send = (index: number) => {
    const capturedAt = performance.timeOrigin + performance.now();
    const times = { capturedAt, encodedAt: capturedAt, relayedAt: 0 };
    const tiles = pictures[index % 2]?.tiles ?? [];
    producer.send(encodeUpdate({ keyframe: false, cut: false, epoch: 1, ...times, tiles }));
  };
  send(0);
  return { send, stop: () => producer.terminate() };
}
