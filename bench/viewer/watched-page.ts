/** A viewer's page, the only one of its browser, and what it costs: its thread's time by the browser's account, its process's by the kernel's. */

import { usageOf } from "@screen-share/protocol/testing/process-usage";
import type { startBrowser } from "../../e2e/support/browser.ts";
import type { Place } from "../../e2e/support/other-browser.ts";
import { openPicture } from "../../e2e/support/viewer-page.ts";

type Browser = Awaited<ReturnType<typeof startBrowser>>;
type Page = Awaited<ReturnType<typeof openPicture>>;
type DevTools = Awaited<ReturnType<ReturnType<Page["context"]>["newCDPSession"]>>;

const MB = 1_000_000;

export interface Seen {
  /** Of the page's own thread, ms each (W3C Long Tasks: over 50 ms). */
  readonly longTasksMs: readonly number[];
  /** Of each drawing. */
  readonly decodeMs: readonly number[];
  readonly totalMs: readonly number[];
}

export interface Used {
  /** What the page's own thread has been busy, since it began. */
  readonly busyMs: number;
  /** What its process has computed, all threads of it. */
  readonly cpuMs: number;
  readonly rssMb: number;
  readonly heapMb: number;
}

export class WatchedPage {
  #pid: number | undefined;

  private constructor(
    private readonly browser: Browser,
    private readonly before: ReadonlyMap<number, number>,
    private readonly page: Page,
    private readonly devTools: DevTools,
  ) {}

  /** Opens the viewer, and resolves once it has a picture. */
  static async open(browser: Browser, port: number, place: Place): Promise<WatchedPage> {
    const before = await renderers(browser);
    const viewport = { width: 1920, height: 1080 };
    const page = await openPicture(browser, port, { viewport, place });
    const devTools = await page.context().newCDPSession(page);
    await devTools.send("Performance.enable");
    return new WatchedPage(browser, before, page, devTools);
  }

  async watch(ms: number): Promise<Seen> {
    return await this.page.evaluate(async (ms) => {
      const canvas = document.querySelector<HTMLElement>('[data-testid="screen"]');
      const longTasksMs: number[] = [];
      const decodeMs: number[] = [];
      const totalMs: number[] = [];
      const tasks = new PerformanceObserver((list) => {
        for (const { duration } of list.getEntries()) longTasksMs.push(duration);
      });
      tasks.observe({ type: "longtask" });
      const drawings = new MutationObserver(() => {
        const latency = JSON.parse(canvas?.dataset.latency ?? "{}");
        decodeMs.push(latency.decodeMs);
        if (latency.totalMs !== undefined) totalMs.push(latency.totalMs);
      });
      if (canvas) drawings.observe(canvas, { attributeFilter: ["data-latency"] });
      await new Promise((resolve) => setTimeout(resolve, ms));
      tasks.disconnect();
      drawings.disconnect();
      return { longTasksMs, decodeMs, totalMs };
    }, ms);
  }

  /** To be asked first when the page has played for some seconds. */
  async used(): Promise<Used> {
    await this.devTools.send("HeapProfiler.collectGarbage");
    const { metrics } = await this.devTools.send("Performance.getMetrics");
    const metric = (name: string) =>
      metrics.find((each) => each.name === name)?.value ?? Number.NaN;
    const { cpuSeconds, rssMb } = usageOf(await this.#process());
    return {
      busyMs: metric("TaskDuration") * 1000,
      cpuMs: cpuSeconds * 1000,
      rssMb,
      heapMb: metric("JSHeapUsedSize") / MB,
    };
  }

  /** To be asked for when the page has worked for a while: browsers keep spare processes, and ours is the one that works. */
  async #process(): Promise<number> {
    if (this.#pid !== undefined) return this.#pid;
    const worked = [...(await renderers(this.browser))].map(
      ([pid, seconds]) => [pid, seconds - (this.before.get(pid) ?? 0)] as const,
    );
    const [pid] = worked.sort(([, a], [, b]) => b - a)[0] ?? [];
    if (pid === undefined) throw new Error("the page's process was not found");
    this.#pid = pid;
    return pid;
  }

  async close(): Promise<void> {
    await this.page.context().close();
  }
}

/** The browser's renderer processes, each with the CPU time that it has had. */
async function renderers(browser: Browser): Promise<ReadonlyMap<number, number>> {
  const devTools = await browser.newBrowserCDPSession();
  const { processInfo } = await devTools.send("SystemInfo.getProcessInfo");
  await devTools.detach();
  const rendering = processInfo.filter(({ type }) => type === "renderer");
  return new Map(rendering.map(({ id, cpuTime }) => [id, cpuTime]));
}
