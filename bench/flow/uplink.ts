/** An agent with a slow uplink, a video and typing on its desktop: how old the video is, and how soon keystrokes arrive. */
import { fork } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";
import { wallNow } from "@screen-share/protocol/testing/connect";
import { type Received, TestViewer } from "@screen-share/protocol/testing/test-viewer";
import { agesOf } from "../../e2e/support/ages.ts";
import { ShapedLink } from "../../e2e/support/link.ts";
import { freePort } from "../../e2e/support/ports.ts";
import { startRelay } from "../../e2e/support/programs.ts";
import { percentile } from "../../e2e/support/statistics.ts";
import { mintBoth, SECRET } from "../../e2e/support/tokens.ts";
import { eventually, sleep } from "../../e2e/support/wait.ts";
import { digits, heading, say, table } from "../report.ts";
import { SLOW } from "./one-slow.ts";
import type { AgentReport } from "./uplink-agent.ts";
import { VIDEO_TILES } from "./video-source.ts";

const WARM_UP_MS = 4000;
const MEASURE_MS = 12_000;
const REST_MS = 10_000;

export async function uplinkBench(): Promise<void> {
  heading("An uplink of 1 Mbit/s and 100 ms: a 640×360 video at 10 fps, and typing");
  table([await run("on", SLOW), await run("off", SLOW), await run("on", undefined)]);
  say(
    "\nAge: time since the grab of the shown tile, mean over the video's tiles. Targets: age p50 / p95 ≤ 700 / 900 ms, a keystroke's p95 ≤ 500 ms.",
  );
}

async function run(adaptive: "on" | "off", way: typeof SLOW | undefined) {
  const port = await freePort();
  const tokens = await mintBoth();
  // A relay without a secret accepts only its own port, not the link's.
  const relay = await startRelay(port, { LOG_LEVEL: "warn", AUTH_SECRET: SECRET });
  const link = await ShapedLink.start(way ? { port, up: way, down: way } : { port });
  const script = fileURLToPath(new URL("./uplink-agent.ts", import.meta.url));
  const agent = fork(script, [String(link.port), adaptive, tokens.producer], {
    execArgv: ["--import", "tsx"],
  });
  await once(agent, "message");
  const viewer = new TestViewer(port, { token: tokens.viewer });
  await viewer.until(() => viewer.replica.shown !== undefined);
  await sleep(WARM_UP_MS);
  const [from, carried] = [wallNow(), link.carried.up];
  await sleep(MEASURE_MS);
  const [to, after] = [wallNow(), link.carried.up];
  const coarse = coarseTiles(viewer).filter((index) => !VIDEO_TILES.includes(index)).length;
  agent.send("rest");
  const [report]: AgentReport[] = await once(agent, "message");
  const fine = await eventually(
    async () => coarseTiles(viewer).length === 0,
    (done) => done,
    REST_MS,
  );
  const fineMs = wallNow() - (report?.restedAt ?? Number.NaN);
  viewer.close();
  agent.kill();
  await link.stop();
  await relay.end("SIGTERM");
  if (!report) throw new Error("the agent reported nothing");

  const real = new Map(report.captures);
  const capturedAt = (update: Received) => real.get(update.capturedAt);
  const ages = agesOf(viewer.updates, { tiles: VIDEO_TILES, from, to, capturedAt });
  const keys = keyMs(report, viewer.updates, { from, to });
  const sent = report.sent.filter(({ at }) => at >= from);
  const both = (values: readonly number[]) =>
    `${digits(percentile(values, 0.5))} / ${digits(percentile(values, 0.95))}`;
  return {
    uplink: way ? "1 Mbit/s" : "free",
    adaptive,
    "video age p50 / p95, ms": both(ages),
    "keystroke p50 / p95, ms": `${both(keys)} (${keys.length})`,
    "video quality p50":
      report.qualities[
        percentile(
          sent.map(({ level }) => level),
          0.5,
        )
      ] ?? "–",
    "quality changes": sent.filter(({ level }, i) => i > 0 && level !== sent[i - 1]?.level).length,
    "KB/s sent": digits((after - carried) / (to - from)),
    "video updates/s": digits((sent.length * 1000) / (to - from)),
    "coarse beside the video": coarse,
    "all fine after the video stops, s": fine ? digits(fineMs / 1000) : `not in ${REST_MS / 1000}`,
  };
}

/** The tiles that do not have the finest table. */
function coarseTiles({ replica }: TestViewer): number[] {
  const store = replica.shown;
  const finest = (store?.stream.tables.length ?? 0) - 1;
  const coarse = store?.since(0).filter(({ table }) => table < finest) ?? [];
  return coarse.map(({ index }) => index);
}

/** From each keystroke until all its tiles have arrived in later pictures, ms. */
function keyMs(
  { keys, captures }: AgentReport,
  updates: readonly Received[],
  { from, to }: { readonly from: number; readonly to: number },
): number[] {
  const real = new Map(captures);
  return keys
    .filter(({ at }) => at >= from && at < to - 2000)
    .map(({ at, tiles }) => {
      const missing = new Set(tiles);
      for (const update of updates) {
        if ((real.get(update.capturedAt) ?? 0) < at) continue;
        for (const index of update.indices) missing.delete(index);
        if (missing.size === 0) return wallNow(update.at) - at;
      }
      return Number.POSITIVE_INFINITY;
    });
}
