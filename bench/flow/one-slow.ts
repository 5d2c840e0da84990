/** One slow viewer among 20 fast ones: how they affect each other, and what the relay holds for the slow one. */
import { fork } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";
import { wallNow } from "@screen-share/protocol/testing/connect";
import { TestViewer } from "@screen-share/protocol/testing/test-viewer";
import { agesOf } from "../../e2e/support/ages.ts";
import { ShapedLink } from "../../e2e/support/link.ts";
import { FPS, MOVING, Motion } from "../../e2e/support/motion.ts";
import { freePort } from "../../e2e/support/ports.ts";
import { startRelay } from "../../e2e/support/programs.ts";
import { median, percentile } from "../../e2e/support/statistics.ts";
import { mintBoth, SECRET } from "../../e2e/support/tokens.ts";
import { sleep } from "../../e2e/support/wait.ts";
import { digits, heading, say, table } from "../report.ts";
import type { FastReport } from "./fast-viewers.ts";
import { closedViewers } from "./held.ts";

const PAIRS = 5;
const PHASE_MS = 8000;
/** Until the window has adapted to the link. */
const WARM_UP_MS = 4000;
export const SLOW = { bytesPerSecond: 125_000, delayMs: 50 } as const;

interface SlowReport {
  readonly ages: readonly number[];
  /** The share of the link's capacity that was used. */
  readonly use: number;
}

export async function oneSlowBench(): Promise<void> {
  heading(`One viewer at 1 Mbit/s and 100 ms beside 20 fast ones, ${PAIRS} interleaved pairs`);
  const port = await freePort();
  const tokens = await mintBoth();
  const relay = await startRelay(port, { LOG_LEVEL: "info", AUTH_SECRET: SECRET });
  const script = fileURLToPath(new URL("./fast-viewers.ts", import.meta.url));
  const fast = fork(script, [String(port), tokens.viewer], { execArgv: ["--import", "tsx"] });
  await once(fast, "message");
  const motion = await Motion.start(port, tokens.producer);
  const report = async (): Promise<FastReport> => {
    fast.send("report");
    const [told] = await once(fast, "message");
    return told;
  };
  const link = await ShapedLink.start({ port, up: { ...SLOW }, down: { ...SLOW } });

  const without: FastReport[] = [];
  const beside: FastReport[] = [];
  const slow: SlowReport[] = [];
  await sleep(2000);
  for (let i = 0; i < PAIRS; i++) {
    await report();
    await sleep(PHASE_MS);
    without.push(await report());
    slow.push(await slowViewer(link, tokens.viewer));
    beside.push(await report());
  }
  motion.stop();
  fast.kill();
  await link.stop();
  await relay.end("SIGTERM");

  const p95 = ({ latencies }: FastReport) => percentile(latencies, 0.95);
  const ratios = without.map((alone, i) => p95(beside[i] ?? alone) / p95(alone));
  const ages = slow.flatMap((one) => one.ages);
  const closed = closedViewers(relay).slice(0, PAIRS);
  const held = Math.max(0, ...closed.map(({ mostHeldBytes }) => mostHeldBytes));
  const row = (what: string, value: string, target: string) => ({ what, value, target });
  table([
    row(
      "fast p95 without / with it, ms",
      `${digits(median(without.map(p95)))} / ${digits(median(beside.map(p95)))}`,
      "",
    ),
    row("ratio, median of the pairs", digits(median(ratios)), "≤ 1.2"),
    row(
      "fast: fewest updates per phase, without / with",
      `${least(without)} / ${least(beside)}`,
      `${(PHASE_MS / 1000) * FPS}`,
    ),
    row(
      "slow: age p50 / p95, ms",
      `${digits(percentile(ages, 0.5))} / ${digits(percentile(ages, 0.95))}`,
      "≤ 700 / 900",
    ),
    row("slow: use of its link", `${digits(100 * median(slow.map(({ use }) => use)))} %`, "≥ 80 %"),
    row("slow: most bytes that the relay held for it", digits(held), "≤ 64,000"),
    row(
      "slow: updates / of them cut, each time",
      closed.map((one) => `${one.updates}/${one.cuts}`).join(", "),
      "",
    ),
  ]);
  say(
    `\n${digits(motion.pictureKb)} KB per picture, all of it new at ${FPS} fps. Ratios of the pairs: ${ratios.map(digits).join(", ")}.`,
  );
}

const least = (reports: readonly FastReport[]) => Math.min(...reports.map(({ fewest }) => fewest));

/** Observes one phase. */
async function slowViewer(link: ShapedLink, token: string): Promise<SlowReport> {
  const viewer = new TestViewer(link.port, { token });
  await sleep(WARM_UP_MS);
  const [from, carried] = [wallNow(), link.carried.down];
  await sleep(PHASE_MS - WARM_UP_MS);
  const to = wallNow();
  const possible = (SLOW.bytesPerSecond * (to - from)) / 1000;
  const use = (link.carried.down - carried) / possible;
  viewer.close();
  return { ages: agesOf(viewer.updates, { tiles: MOVING, from, to }), use };
}
