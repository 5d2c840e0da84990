/** How long a late joiner waits for its first whole picture, and what the producer receives meanwhile. */
import { once } from "node:events";
import {
  encodeControl,
  encodeUpdate,
  type StreamDescription,
  SUBPROTOCOL,
} from "@screen-share/protocol";
import { encodeTiles, screenLike } from "@screen-share/protocol/testing";
import { TestViewer } from "@screen-share/protocol/testing/test-viewer";
import WebSocket from "ws";
import { freePort } from "../e2e/support/ports.ts";
import { startRelay } from "../e2e/support/programs.ts";
import { percentile } from "../e2e/support/statistics.ts";
import { digits, heading, say } from "./report.ts";

/** The number of joins for each screen size. */
const SCREENS = [
  { width: 1920, height: 1080, joins: 50 },
  { width: 3840, height: 2160, joins: 10 },
  { width: 7680, height: 4320, joins: 3 },
] as const;

export async function joinBench(): Promise<void> {
  for (const screen of SCREENS) await joinScreen(screen);
}

async function joinScreen({ width, height, joins }: (typeof SCREENS)[number]): Promise<void> {
  heading(`A late joiner's first ${width}×${height} picture, loopback, ${joins} joins`);
  const port = await freePort();
  const relay = await startRelay(port, { LOG_LEVEL: "warn" });
  const size = { width, height };
  const { tables, tiles } = encodeTiles(screenLike(size));
  const times = { capturedAt: 0, encodedAt: 0, relayedAt: 0 };
  const keyframe = encodeUpdate({ keyframe: true, cut: false, epoch: 1, ...times, tiles });

  const producer = new WebSocket(`ws://localhost:${port}/ws/producer`, SUBPROTOCOL);
  let heard = 0;
  await once(producer, "open");
  const stream: StreamDescription = { codec: "jpeg-tiles", ...size, tables: [tables] };
  producer.send(encodeControl({ type: "hello", room: "main", producerId: "0".repeat(32) }));
  producer.send(encodeControl({ type: "stream", epoch: 1, stream }));
  producer.send(keyframe);
  await once(producer, "message");
  await once(producer, "message");
  producer.on("message", () => {
    heard++;
  });

  const waits: number[] = [];
  const bareOpens: number[] = [];
  for (let i = 0; i < joins; i++) {
    const openedAt = performance.now();
    const bare = new WebSocket(`ws://localhost:${port}/ws/viewer`, SUBPROTOCOL);
    await once(bare, "open");
    bareOpens.push(performance.now() - openedAt);
    bare.terminate();
    const begun = performance.now();
    const viewer = new TestViewer(port);
    await viewer.until(() => viewer.replica.shown !== undefined);
    waits.push(performance.now() - begun);
    viewer.close();
  }
  const [p50, p95] = [percentile(waits, 0.5), percentile(waits, 0.95)];
  const open = percentile(bareOpens, 0.5);
  say(
    `${(keyframe.length / 1000).toFixed(0)} KB; from dialling to the whole picture applied: p50 ${digits(p50)} ms, p95 ${digits(p95)} ms;`,
  );
  say(`opening the WebSocket alone: p50 ${digits(open)} ms (ratio ${digits(p50 / open)}).`);
  say(`Messages that the producer received meanwhile: ${heard}.`);
  producer.terminate();
  await relay.end("SIGTERM");
}
