/** A changing desktop without viewers: what the agent costs and sends, and how soon a new viewer has a current picture. */

import { wallNow } from "@screen-share/protocol/testing/connect";
import { usageOf } from "@screen-share/protocol/testing/process-usage";
import { TestViewer } from "@screen-share/protocol/testing/test-viewer";
import { ShapedLink } from "../../e2e/support/link.ts";
import { MovingDesktop } from "../../e2e/support/moving-desktop.ts";
import { freePort } from "../../e2e/support/ports.ts";
import { startAgent, startRelay } from "../../e2e/support/programs.ts";
import { percentile } from "../../e2e/support/statistics.ts";
import { mintBoth, SECRET } from "../../e2e/support/tokens.ts";
import { sleep } from "../../e2e/support/wait.ts";
import { digits, heading, table } from "../report.ts";

const SETTLE_MS = 2000;
const MEASURE_MS = 10_000;
const JOINS = 5;
const BETWEEN_MS = 700;

export async function idleBench(): Promise<void> {
  heading("A changing desktop without viewers, 1280×720");
  const [port, tokens, moving] = await Promise.all([freePort(), mintBoth(), MovingDesktop.start()]);
  const relay = await startRelay(port, { LOG_LEVEL: "warn", AUTH_SECRET: SECRET });
  const link = await ShapedLink.start({ port });
  const { display } = moving.desktop;
  const env = { PRODUCER_TOKEN: tokens.producer, LOG_LEVEL: "debug" };
  const agent = startAgent({ port: link.port, display }, env);
  await agent.until(/nobody is watching/);
  await sleep(SETTLE_MS);

  const pid = agent.process.pid ?? 0;
  const [usage, up, down, said] = [
    usageOf(pid),
    link.carried.up,
    link.carried.down,
    agent.output.length,
  ];
  await sleep(MEASURE_MS);
  const cpu = (usageOf(pid).cpuSeconds - usage.cpuSeconds) / (MEASURE_MS / 1000);
  const [sent, received] = [link.carried.up - up, link.carried.down - down];
  const grabs = agent.output
    .slice(said)
    .split("\n")
    .filter((line) => line.includes('"stats"')).length;

  const waits: number[] = [];
  for (let i = 0; i < JOINS; i++) {
    const joinedAt = wallNow();
    const viewer = new TestViewer(port, { token: tokens.viewer });
    await viewer.until(() => (viewer.replica.shown?.capturedAt ?? 0) > joinedAt);
    waits.push(wallNow() - joinedAt);
    viewer.close();
    await sleep(BETWEEN_MS);
  }
  await agent.end("SIGTERM");
  await relay.end("SIGTERM");
  await link.stop();
  await moving.stop();
  table([
    { what: "agent's CPU, % of a core", value: digits(cpu * 100), target: "< 1" },
    {
      what: `bytes it sent in ${MEASURE_MS / 1000} s (clock and WebSocket pings, pongs)`,
      value: sent,
      target: "no update",
    },
    { what: "bytes it received", value: received, target: "" },
    { what: "seconds in which it grabbed", value: grabs, target: "0" },
    {
      what: `joining until a picture of after it, ms: p50 / max of ${JOINS}`,
      value: `${digits(percentile(waits, 0.5))} / ${digits(Math.max(...waits))}`,
      target: "",
    },
  ]);
}
