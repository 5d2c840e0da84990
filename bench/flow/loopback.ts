/** From the desktop to the viewer's page on the same machine: how long it takes, and where the time goes. */
import { cpus } from "node:os";
import { wallNow } from "@screen-share/protocol/testing/connect";
import { TestViewer } from "@screen-share/protocol/testing/test-viewer";
import { CHROMIUM_PATH, openViewer, startBrowser } from "../../e2e/support/browser.ts";
import { freePort } from "../../e2e/support/ports.ts";
import { startAgent, startRelay } from "../../e2e/support/programs.ts";
import { percentile } from "../../e2e/support/statistics.ts";
import { eventually, sleep } from "../../e2e/support/wait.ts";
import { digits, heading, say, table } from "../report.ts";
import { busyDesktop } from "./busy-desktop.ts";

const FPS = 30;
const WARM_UP_MS = 4000;
const MEASURE_MS = 12_000;

/** As in the page's `data-latency`. */
interface Latency {
  readonly captureMs?: number;
  readonly uplinkMs?: number;
  readonly linkMs?: number;
  readonly decodeMs: number;
  readonly totalMs?: number;
  readonly errorMs: number;
}

export async function loopbackBench(): Promise<void> {
  heading(`Loopback: 1920×1080, typing and a 640×360 video, ${FPS} fps, Chromium`);
  const busy = await busyDesktop();
  const port = await freePort();
  const relay = await startRelay(port, { LOG_LEVEL: "warn" });
  const { display } = busy.desktop;
  const agent = startAgent({ port, display, args: ["--fps", String(FPS)] });
  const browser = await startBrowser(CHROMIUM_PATH);
  const page = await openViewer(browser, port);
  await eventually(
    () => page.getByTestId("screen").getAttribute("data-updates"),
    (updates) => Number(updates) > FPS,
  );
  const viewer = new TestViewer(port);
  await sleep(WARM_UP_MS);
  const first = viewer.updates.length;
  const before = cpuTimes();
  const told = await page.evaluate(async (ms) => {
    const canvas = document.querySelector<HTMLElement>('[data-testid="screen"]');
    const found: string[] = [];
    const observer = new MutationObserver(() => found.push(canvas?.dataset.latency ?? "{}"));
    if (canvas) observer.observe(canvas, { attributeFilter: ["data-latency"] });
    await new Promise((resolve) => setTimeout(resolve, ms));
    observer.disconnect();
    return found;
  }, MEASURE_MS);
  const after = cpuTimes();
  const bare = viewer.updates.slice(first).map(({ at, encodedAt }) => wallNow(at) - encodedAt);
  viewer.close();
  await browser.close();
  await agent.end("SIGTERM");
  await relay.end("SIGTERM");
  await busy.stop();

  const all: Latency[] = told.map((text) => JSON.parse(text));
  const row = (part: string, of: (one: Latency) => number | undefined) =>
    rowOf(
      part,
      all.map((one) => of(one) ?? Number.NaN),
    );
  const rowOf = (part: string, times: readonly number[]) => {
    const values = times.filter(Number.isFinite);
    const [p50, p95] = [percentile(values, 0.5), percentile(values, 0.95)];
    return { part, "p50, ms": digits(p50), "p95, ms": digits(p95), updates: values.length };
  };
  table([
    row("grab to encoded", ({ captureMs }) => captureMs),
    row("uplink", ({ uplinkMs }) => uplinkMs),
    row("link", ({ linkMs }) => linkMs),
    row("decode and draw", ({ decodeMs }) => decodeMs),
    row("grab to screen", ({ totalMs }) => totalMs),
    row(
      "uplink and link, target p95 < 5",
      ({ uplinkMs = Number.NaN, linkMs = Number.NaN }) => uplinkMs + linkMs,
    ),
    rowOf("the same to a viewer that draws nothing, target p95 < 5", bare),
    row("clock error", ({ errorMs }) => errorMs),
  ]);
  const idle = (after.idleMs - before.idleMs) / (after.allMs - before.allMs);
  say(
    `\n${digits((all.length * 1000) / MEASURE_MS)} drawings per second. Everything runs on this machine, including the desktop's programs: its processors were busy ${digits(100 * (1 - idle))} % of the time.`,
  );
}

/** Of all processors together, since boot. */
function cpuTimes(): { readonly idleMs: number; readonly allMs: number } {
  const times = cpus().map(({ times }) => times);
  const sum = (of: (one: (typeof times)[number]) => number) =>
    times.reduce((total, one) => total + of(one), 0);
  return {
    idleMs: sum(({ idle }) => idle),
    allMs: sum((one) => one.user + one.nice + one.sys + one.irq + one.idle),
  };
}
