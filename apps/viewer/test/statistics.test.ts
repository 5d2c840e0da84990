import type { Tile } from "@screen-share/protocol";
import { describe, expect, it } from "vitest";
import type { Latency } from "../src/player/meter/latency.ts";
import {
  HISTORY_S,
  type Standing,
  type Statistics,
  StatisticsMeter,
} from "../src/player/meter/statistics.ts";
import { type Bottleneck, BottleneckWatch } from "../src/statistics/core/bottleneck.ts";

const LATENCY: Latency = {
  captureMs: 12,
  uplinkMs: 5,
  linkMs: 8,
  decodeMs: 10,
  totalMs: 35,
  errorMs: 2,
};

const STANDING: Standing = {
  connection: { state: "connected", viewers: 2 },
  connectedS: 10,
  losses: 0,
  hiddenS: 0,
  visible: true,
  picture: { width: 1920, height: 1080 },
  codec: "jpeg-tiles",
  undecodable: 0,
  asOf: undefined,
};

const tilesAt = (indices: readonly number[], table = 2): Tile[] =>
  indices.map((index) => ({ index, table, bytes: new Uint8Array(1) }));

/** A meter and the time that it is made. */
class Bench {
  readonly #watch = new BottleneckWatch();
  now = 50_000;
  readonly meter = new StatisticsMeter(this.now);

  update(
    options: {
      bytes?: number;
      cut?: boolean;
      indices?: readonly number[];
      table?: number;
      latency?: Partial<Latency>;
      draw?: boolean;
    } = {},
  ): void {
    const { bytes = 1000, cut = false, indices = [0], table, latency, draw = true } = options;
    const update = { cut, tiles: tilesAt(indices, table) };
    this.meter.updated(update, { at: this.now, bytes, tableCount: 4 });
    const drawing = { stands: true, updates: 1, drawingMs: 10 };
    if (draw) this.meter.drawn({ ...drawing, latency: { ...LATENCY, ...latency } });
  }

  /** A second in which something happens so often, evenly. */
  second(
    times: number,
    run: (i: number) => void,
    standing: Partial<Standing> = {},
  ): Statistics & { readonly bottleneck: Bottleneck } {
    for (let i = 0; i < times; i++) {
      this.now += 1000 / times;
      run(i);
    }
    if (times === 0) this.now += 1000;
    const statistics = this.meter.tick(this.now, { ...STANDING, ...standing });
    return { ...statistics, bottleneck: this.#watch.next(statistics) };
  }
}

describe("statistics", () => {
  it("cover the last five seconds", () => {
    const bench = new Bench();
    for (let s = 0; s < 20; s++) bench.second(1, () => bench.update({ bytes: 90_000 }));
    let made = bench.second(20, () => bench.update({ bytes: 3000 }));
    for (let s = 0; s < 4; s++) made = bench.second(20, () => bench.update({ bytes: 3000 }));
    expect(made).toMatchObject({
      paintedFps: 20,
      updatesPerSecond: 20,
      bytesPerSecond: 60_000,
      updateBytes: 3000,
      cutShare: 0,
      drawingShare: 0.2,
      mergedPerSecond: 0,
    });
    expect(made.history.map(({ paintedFps }) => paintedFps)).toEqual([
      ...Array(20).fill(1),
      ...Array(5).fill(20),
    ]);
  });

  it("count by the real time, and leave a gap in the charts if timers slept", () => {
    const bench = new Bench();
    bench.second(10, () => bench.update());
    for (let i = 0; i < 10; i++) bench.update();
    bench.now += 4000;
    const made = bench.second(0, () => {});
    expect(made.paintedFps).toBeCloseTo(20 / 6);
    expect(made.history.map(({ paintedFps }) => paintedFps)).toEqual([
      10,
      ...Array(4).fill(undefined),
      2,
    ]);
  });

  it("keep one minute of history", () => {
    const bench = new Bench();
    let made = bench.second(1, () => bench.update());
    for (let s = 0; s < 200; s++) made = bench.second(1, () => bench.update());
    expect(made.history).toHaveLength(HISTORY_S);
    bench.now += 3_600_000;
    expect(bench.second(0, () => {}).history).toHaveLength(HISTORY_S);
  });

  it("show the usual latency, and split it so that its parts add up", () => {
    const bench = new Bench();
    const made = bench.second(20, (i) => {
      // A fifth stalls in transit.
      const late = i % 5 === 4 ? 500 : 0;
      bench.update({ latency: { linkMs: 8 + late, totalMs: 35 + late } });
    });
    expect(made.latency).toEqual({
      p50Ms: 35,
      p95Ms: 535,
      captureMs: 12,
      uplinkMs: 5,
      linkMs: 8,
      decodeMs: 10,
      count: 20,
    });
    expect(made.clockErrorMs).toBe(2);
    expect(made.quiet).toBe(false);
  });

  it("use heartbeats only while nothing else arrives", () => {
    const bench = new Bench();
    const beat = () => bench.update({ bytes: 31, indices: [], latency: { totalMs: 4 } });
    bench.second(1, () => bench.update());
    expect(bench.second(1, beat)).toMatchObject({ quiet: false, latency: { p50Ms: 35 } });
    for (let s = 0; s < 4; s++) bench.second(1, beat);
    const still = bench.second(1, beat);
    expect(still).toMatchObject({ quiet: true, latency: { p50Ms: 4 }, paintedFps: 0 });
    expect(still.updateBytes).toBeUndefined();
    expect(still.history.at(-1)?.latencyMs).toBeUndefined();
  });

  it("measure the rate of the link while the relay has more to send, without the pauses between", () => {
    const bench = new Bench();
    // A page that is turned each second: four parts in 200 ms, and nothing for 800.
    let made: Statistics | undefined;
    for (let s = 0; s < 5; s++) {
      for (let i = 0; i < 5; i++) {
        bench.update({ bytes: 5000, cut: i < 4 });
        if (i < 4) bench.now += 50;
      }
      made = bench.second(0, () => {});
    }
    expect(made?.linkBytesPerSecond).toBeCloseTo(100_000);
    expect(made?.cutShare).toBeCloseTo(0.8);
    expect(made?.bytesPerSecond).toBeLessThan(22_000);
  });

  it("measure the redraw interval of moving areas while updates are cut", () => {
    const bench = new Bench();
    const parts = [
      [0, 1],
      [2, 3],
      [4, 5],
      [6, 7],
    ];
    const made = bench.second(20, (i) => bench.update({ cut: true, indices: parts[i % 4] ?? [] }));
    expect(made.renewalMs).toBeCloseTo(200);
    bench.update({ indices: [0] });
    for (let s = 0; s < 5; s++) bench.second(20, () => bench.update());
    expect(bench.second(20, () => bench.update()).renewalMs).toBeUndefined();
  });

  it("do not mistake a reconnection for a slow link", () => {
    const bench = new Bench();
    bench.update({ cut: true });
    bench.meter.interrupted();
    bench.now += 8000;
    expect(bench.second(1, () => bench.update()).linkBytesPerSecond).toBeUndefined();
  });

  it("restart once a new viewer has the whole picture", () => {
    const bench = new Bench();
    bench.meter.interrupted();
    const parts = () => bench.update({ cut: true });
    expect(bench.second(10, parts, { picture: undefined })).toMatchObject({ joining: true });
    for (let s = 0; s < 9; s++) bench.second(10, parts, { picture: undefined });
    const whole = bench.second(1, () => bench.update());
    expect(whole).toMatchObject({ joining: true, bottleneck: { kind: "measuring" } });
    expect(whole.behindShare).toBeGreaterThan(0.5);
    expect(bench.second(10, () => bench.update())).toMatchObject({
      joining: false,
      behindShare: 0,
      cutShare: 0,
      linkBytesPerSecond: undefined,
      bottleneck: { kind: "nothing" },
      history: { length: 12 },
    });
  });

  it("report a slow link if the whole picture never arrives, a while after the first", () => {
    const bench = new Bench();
    bench.meter.interrupted();
    const parts = () => bench.update({ cut: true });
    const kinds = Array.from({ length: 6 }, () => bench.second(10, parts).bottleneck.kind);
    expect(kinds).toEqual([...Array(5).fill("measuring"), "link"]);
  });

  it("count updates that were merged, coarse, or not drawn", () => {
    const bench = new Bench();
    const made = bench.second(1, () => {
      for (let i = 0; i < 4; i++) bench.update({ draw: false, table: i < 2 ? 1 : 2 });
      const drawing = { drawingMs: 40, latency: LATENCY };
      bench.meter.drawn({ stands: true, updates: 4, ...drawing });
      bench.meter.drawn({ stands: false, updates: 0, ...drawing });
    });
    expect(made).toMatchObject({
      paintedFps: 1,
      mergedPerSecond: 3,
      coarseShare: 0.5,
      latency: { count: 1 },
    });
    expect(made.drawingShare).toBeCloseTo(0.08);
  });

  it("are plain values that can be posted to another thread", () => {
    const bench = new Bench();
    bench.meter.answered(4);
    const clock = { toLocal: (at: number) => at };
    const asOf = { capturedAt: bench.now, drawnAt: bench.now, clock };
    const made = bench.second(2, () => bench.update(), { asOf });
    expect(made.ageMs).toBe(1000);
    expect(made.roundTripMs).toBe(4);
    expect(structuredClone(made)).toEqual(made);
    expect(made).not.toHaveProperty("asOf");
  });

  it("stay bounded under a flood of updates", () => {
    const bench = new Bench();
    const made = bench.second(5000, () => bench.update());
    expect(made.latency.count).toBeLessThanOrEqual(240);
    expect(made.updatesPerSecond).toBeCloseTo(5000);
  });
});
