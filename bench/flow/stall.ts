/** A link that stalls for 5 s: how soon a whole new picture arrives, and how many old bytes arrive first. */

import { wallNow } from "@screen-share/protocol/testing/connect";
import { TestViewer } from "@screen-share/protocol/testing/test-viewer";
import { freshAfter } from "../../e2e/support/ages.ts";
import { ShapedLink } from "../../e2e/support/link.ts";
import { MOVING, Motion } from "../../e2e/support/motion.ts";
import { freePort } from "../../e2e/support/ports.ts";
import { startRelay } from "../../e2e/support/programs.ts";
import { median } from "../../e2e/support/statistics.ts";
import { mintBoth, SECRET } from "../../e2e/support/tokens.ts";
import { sleep } from "../../e2e/support/wait.ts";
import { digits, heading, say, table } from "../report.ts";
import { SLOW } from "./one-slow.ts";

const WARM_UP_MS = 5000;
const STALL_MS = 5000;
const AFTER_MS = 6000;
const VIEWERS = 5;
const STAGGER_MS = 300;
/** The most that a window holds on this link, from the simulation. */
const IN_FLIGHT_BYTES = 25_000;
const ROUND_TRIP_MS = 2 * SLOW.delayMs;

export async function stallBench(): Promise<void> {
  heading(`A link of 1 Mbit/s and 100 ms stalls for ${STALL_MS / 1000} s, ${VIEWERS} times`);
  const port = await freePort();
  const tokens = await mintBoth();
  const relay = await startRelay(port, { LOG_LEVEL: "warn", AUTH_SECRET: SECRET });
  const motion = await Motion.start(port, tokens.producer);
  const runs = await Promise.all(
    Array.from({ length: VIEWERS }, async (_, i) => {
      await sleep(i * STAGGER_MS);
      return await stalled(port, tokens.viewer);
    }),
  );
  motion.stop();
  await relay.end("SIGTERM");
  const pictureMs = (motion.pictureKb * 1_000_000) / SLOW.bytesPerSecond;
  const inFlightMs = (IN_FLIGHT_BYTES * 1000) / SLOW.bytesPerSecond;
  const bound = inFlightMs + 2 * ROUND_TRIP_MS + pictureMs;
  const row = (what: string, values: readonly number[], target: string) => ({
    what,
    median: digits(median(values)),
    all: values.map(digits).join(", "),
    target,
  });
  table([
    row(
      "first new tile, ms",
      runs.map(({ firstMs }) => firstMs),
      "",
    ),
    row(
      "all new tiles, ms",
      runs.map(({ freshMs }) => freshMs),
      `≤ ${digits(bound)}`,
    ),
    row(
      "old bytes, KB",
      runs.map(({ oldBytes }) => oldBytes / 1000),
      `≤ ${IN_FLIGHT_BYTES / 1000}`,
    ),
    row(
      "bytes in the first second, KB",
      runs.map(({ burstBytes }) => burstBytes / 1000),
      "",
    ),
  ]);
  say(
    `\nThe bound: the bytes in flight (${digits(inFlightMs)} ms), two round trips (${2 * ROUND_TRIP_MS} ms), one picture (${digits(pictureMs)} ms). The link delivers what it held at once.`,
  );
}

async function stalled(port: number, token: string) {
  const link = await ShapedLink.start({ port, up: { ...SLOW }, down: { ...SLOW } });
  const viewer = new TestViewer(link.port, { token });
  await sleep(WARM_UP_MS);
  link.stall();
  await sleep(STALL_MS);
  const since = wallNow();
  link.flow();
  await sleep(AFTER_MS);
  viewer.close();
  await link.stop();
  const after = viewer.updates.filter(({ at }) => wallNow(at) >= since);
  const sum = (updates: readonly { readonly bytes: number }[]) =>
    updates.reduce((bytes, update) => bytes + update.bytes, 0);
  const first = after.find(({ capturedAt }) => capturedAt >= since);
  return {
    firstMs: first ? wallNow(first.at) - since : Number.NaN,
    freshMs: freshAfter(after, { tiles: MOVING, since }),
    oldBytes: sum(after.filter(({ capturedAt }) => capturedAt < since)),
    burstBytes: sum(after.filter(({ at }) => wallNow(at) < since + 1000)),
  };
}
