/**
 * What the agent costs on a 1920×1080 desktop at 10 fps and quality 60: CPU time, bytes, and where the time goes. The desktop is idle,
 * someone types, or a terminal scrolls. Bytes are compared with whole JPEGs of the same pictures.
 */
import { assembleJpeg } from "@screen-share/protocol";
import { usageOf } from "@screen-share/protocol/testing/process-usage";
import { TestViewer } from "@screen-share/protocol/testing/test-viewer";
import { VirtualDesktop } from "../e2e/support/desktop.ts";
import { freePort } from "../e2e/support/ports.ts";
import { type Program, startAgent, startRelay } from "../e2e/support/programs.ts";
import { digits, heading, say, table } from "./report.ts";

const SECONDS = 15;
const FPS = 10;
const FONT = ["-fa", "DejaVu Sans Mono", "-fs", "11"];
const SCROLLER =
  "i=0; while :; do i=$((i+1)); echo line $i of a scrolling terminal; sleep 0.02; done";

/** The agent's own statistics for a period. They are sums, in ms if the name ends in that. */
type Stats = Readonly<Record<string, number>>;

function statsSince(agent: Program, offset: number): Stats {
  const sums: Record<string, number> = {};
  for (const line of agent.output.slice(offset).split("\n")) {
    if (!line.includes('"stats"')) continue;
    for (const [name, value] of Object.entries(JSON.parse(line))) {
      if (typeof value === "number") sums[name] = (sums[name] ?? 0) + value;
    }
  }
  return sums;
}

function wholeJpegBytes(viewer: TestViewer): number {
  const store = viewer.replica.shown;
  const tables = store?.stream.tables[0];
  if (!store || !tables) return Number.NaN;
  const segments = store.since(0).map(({ bytes }) => bytes);
  return assembleJpeg({ width: 1920, height: 1080, tables, segments }).length;
}

async function scenario(name: string, act: (desktop: VirtualDesktop) => (() => void) | undefined) {
  const desktop = await VirtualDesktop.start({ width: 1920, height: 1080 });
  await desktop.finish("xsetroot", "-solid", "#336699");
  desktop.run("xterm", "-geometry", "120x40+40+40", ...FONT, "-e", "cat");
  // Wait, so that windows of the scenario open on top.
  await new Promise((resolve) => setTimeout(resolve, 1000));
  const end = act(desktop);
  const port = await freePort();
  const relay = await startRelay(port, { LOG_LEVEL: "warn" });
  const env = { LOG_LEVEL: "debug", UV_THREADPOOL_SIZE: "1" };
  const agent = startAgent({ port, display: desktop.display, args: ["--fps", String(FPS)] }, env);
  const viewer = new TestViewer(port);
  await viewer.until(() => viewer.replica.shown !== undefined);
  await new Promise((resolve) => setTimeout(resolve, 2000));

  const pid = agent.process.pid ?? 0;
  const [usage, offset, first] = [usageOf(pid), agent.output.length, viewer.updates.length];
  await new Promise((resolve) => setTimeout(resolve, SECONDS * 1000));
  const cpu = (usageOf(pid).cpuSeconds - usage.cpuSeconds) / SECONDS;
  const stats = statsSince(agent, offset);
  const updates = viewer.updates.slice(first);
  const withTiles = updates.filter(({ tiles }) => tiles > 0);
  const bytes = withTiles.reduce((sum, update) => sum + update.bytes, 0) / SECONDS;
  const whole = wholeJpegBytes(viewer);
  const per = (stage: string) => digits((stats[`${stage}Ms`] ?? 0) / (stats.grabs ?? Number.NaN));
  const all = ["grab", "scale", "damage", "encode", "send"].map((s) => stats[`${s}Ms`] ?? 0);
  const total = all.reduce((sum, ms) => sum + ms, 0);

  end?.();
  viewer.close();
  await agent.end("SIGTERM");
  await relay.end("SIGTERM");
  await desktop.stop();
  return {
    scenario: name,
    "CPU % of a core": digits(cpu * 100),
    "grab / damage / encode / send, ms per grab": ["grab", "damage", "encode", "send"]
      .map(per)
      .join(" / "),
    "grab's share": `${digits(((stats.grabMs ?? 0) / total) * 100)} %`,
    "picture KB/s": digits(bytes / 1000),
    "updates/s with tiles": digits(withTiles.length / SECONDS),
    "compared with whole JPEGs at 10 fps": `1/${digits((whole * FPS) / bytes)}`,
  };
}

function typing(desktop: VirtualDesktop): () => void {
  let stopped = false;
  const type = async () => {
    const words = "the quick brown fox jumps over the lazy dog ";
    for (let i = 0; !stopped; i++) {
      const key = words[i % words.length] ?? " ";
      await desktop
        .finish("xdotool", "mousemove", "300", "300", "type", i % 60 === 59 ? "\n" : key)
        .catch(() => undefined);
      await new Promise((resolve) => setTimeout(resolve, 120));
    }
  };
  void type();
  return () => {
    stopped = true;
  };
}

export async function agentBench(): Promise<void> {
  heading(`The agent: 1920×1080, ${FPS} fps, quality 60, ${SECONDS} s each`);
  const rows = [
    await scenario("idle", () => undefined),
    await scenario("typing", typing),
    await scenario("scrolling terminal", (desktop) => {
      desktop.run("xterm", "-geometry", "120x40+60+60", ...FONT, "-e", "sh", "-c", SCROLLER);
      return undefined;
    }),
  ];
  table(rows);
  say(
    "\nCPU from /proc/PID/stat, user and system; stages by the agent's own clock; bytes as received by a v1 viewer.",
  );
}
