/**
 * The page with a busy picture: how long its main thread is blocked, how late the picture is, and how much memory it takes. Played in a
 * worker and, as in browsers without workers, on the page; alternately, since the machine's other load varies.
 */
import { CHROMIUM_PATH, startBrowser } from "../e2e/support/browser.ts";
import { PLACES, type Place } from "../e2e/support/other-browser.ts";
import { freePort } from "../e2e/support/ports.ts";
import { startAgent, startRelay } from "../e2e/support/programs.ts";
import { percentile, slope } from "../e2e/support/statistics.ts";
import { sleep } from "../e2e/support/wait.ts";
import { busyDesktop } from "./flow/busy-desktop.ts";
import { digits, heading, say, table } from "./report.ts";
import { WatchedPage } from "./viewer/watched-page.ts";

type Browser = Awaited<ReturnType<typeof startBrowser>>;

const FPS = 30;
const WARM_UP_MS = 5000;
const MEASURE_MS = 30_000;
const ROUNDS = 2;
/** How long memory is measured. Ten minutes show more. */
const MEMORY_MINUTES = Number(process.env.MEMORY_MINUTES || 3);
const MEMORY_STEP_MS = 10_000;

export async function viewerBench(): Promise<void> {
  const busy = await busyDesktop();
  const port = await freePort();
  const relay = await startRelay(port, { LOG_LEVEL: "warn" });
  const args = ["--fps", String(FPS)];
  const agent = startAgent({ port, display: busy.desktop.display, args });
  const browser = await startBrowser(CHROMIUM_PATH);
  await threadBench(browser, port);
  await memoryBench(browser, port);
  await browser.close();
  await agent.end("SIGTERM");
  await relay.end("SIGTERM");
  await busy.stop();
}

async function threadBench(browser: Browser, port: number): Promise<void> {
  heading(`The page's main thread: 1920×1080, typing and a 640×360 video, ${FPS} fps, Chromium`);
  const found = new Map<Place, Figures[]>(PLACES.map((place) => [place, []]));
  for (let round = 0; round < ROUNDS; round++) {
    for (const place of PLACES) found.get(place)?.push(await watch(browser, port, place));
  }
  table(
    [...found].map(([place, rounds]) => {
      const seconds = (rounds.length * MEASURE_MS) / 1000;
      const all = (of: (figures: Figures) => readonly number[]) => rounds.flatMap(of);
      const sum = (of: (figures: Figures) => number) =>
        rounds.reduce((total, each) => total + of(each), 0);
      const longTasks = all(({ longTasksMs }) => longTasksMs);
      const pair = (values: readonly number[]) =>
        `${digits(percentile(values, 0.5))} / ${digits(percentile(values, 0.95))}`;
      return {
        "played in": place,
        "drawings/s": digits(all(({ decodeMs }) => decodeMs).length / seconds),
        "tasks over 50 ms": longTasks.length,
        "longest, ms": longTasks.length > 0 ? digits(Math.max(...longTasks)) : "–",
        "main thread busy, ms/s": digits(sum(({ busyMs }) => busyMs) / seconds),
        "renderer's CPU, ms/s": digits(sum(({ cpuMs }) => cpuMs) / seconds),
        "decode and draw p50 / p95, ms": pair(all(({ decodeMs }) => decodeMs)),
        "grab to screen p50 / p95, ms": pair(all(({ totalMs }) => totalMs)),
      };
    }),
  );
  say("\nTarget: no task over 50 ms if a worker plays.");
}

interface Figures {
  readonly longTasksMs: readonly number[];
  readonly busyMs: number;
  readonly cpuMs: number;
  readonly decodeMs: readonly number[];
  readonly totalMs: readonly number[];
}

async function watch(browser: Browser, port: number, place: Place): Promise<Figures> {
  const page = await WatchedPage.open(browser, port, place);
  await sleep(WARM_UP_MS);
  const before = await page.used();
  const seen = await page.watch(MEASURE_MS);
  const after = await page.used();
  await page.close();
  return {
    ...seen,
    busyMs: after.busyMs - before.busyMs,
    cpuMs: after.cpuMs - before.cpuMs,
  };
}

async function memoryBench(browser: Browser, port: number): Promise<void> {
  heading(`The page's memory over ${MEMORY_MINUTES} min of this`);
  const page = await WatchedPage.open(browser, port, "worker");
  await sleep(2 * WARM_UP_MS);
  const samples: { minutes: number; rssMb: number; heapMb: number }[] = [];
  const from = performance.now();
  for (;;) {
    const minutes = (performance.now() - from) / 60_000;
    if (minutes > MEMORY_MINUTES) break;
    const { rssMb, heapMb } = await page.used();
    samples.push({ minutes, rssMb, heapMb });
    await sleep(MEMORY_STEP_MS);
  }
  await page.close();
  const row = (what: string, of: (sample: (typeof samples)[number]) => number) => {
    const values = samples.map(of);
    return {
      what,
      first: digits(values[0] ?? Number.NaN),
      last: digits(values.at(-1) ?? Number.NaN),
      least: digits(Math.min(...values)),
      most: digits(Math.max(...values)),
      "grows, MB/min": digits(slope(samples.map((each) => ({ x: each.minutes, y: of(each) })))),
    };
  };
  table([
    row("renderer process including worker and pixels, MB", ({ rssMb }) => rssMb),
    row("JavaScript of the page itself, after collecting, MB", ({ heapMb }) => heapMb),
  ]);
}
