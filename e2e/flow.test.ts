/** The newest picture wins: slow and stalled links, and rooms without viewers, with the built relay and agent on real sockets. */

import { wallNow } from "@screen-share/protocol/testing/connect";
import { TestViewer } from "@screen-share/protocol/testing/test-viewer";
import jpegJs from "jpeg-js";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { freshAfter } from "./support/ages.ts";
import { ShapedLink } from "./support/link.ts";
import { MOVING, Motion } from "./support/motion.ts";
import { MovingDesktop, stillPart } from "./support/moving-desktop.ts";
import { ALIKE_DB, type Pixels, psnr } from "./support/pixels.ts";
import { freePort } from "./support/ports.ts";
import { type Program, startAgent, startRelay } from "./support/programs.ts";
import { mintBoth, SECRET } from "./support/tokens.ts";
import { eventually, sleep } from "./support/wait.ts";

/** 1 Mbit/s, with a round trip of 100 ms. */
const SLOW = { bytesPerSecond: 125_000, delayMs: 50 } as const;
/**
 * How many bytes may arrive through that link before a new picture: what it carries in 2.5 s. Counted in bytes, since a busy machine is
 * slower but does not send more. A sender that queues would send many times as much.
 */
const MAX_BYTES_BEFORE = 2.5 * SLOW.bytesPerSecond;

let tokens: Awaited<ReturnType<typeof mintBoth>>;
beforeAll(async () => {
  tokens = await mintBoth();
});

describe("viewers of a picture that changes everywhere", () => {
  let relay: Program;
  let motion: Motion;
  let link: ShapedLink;
  let slow: TestViewer;
  let fast: TestViewer[];

  beforeEach(async () => {
    const port = await freePort();
    relay = await startRelay(port, { AUTH_SECRET: SECRET, LOG_LEVEL: "warn" });
    motion = await Motion.start(port, tokens.producer);
    link = await ShapedLink.start({ port, up: SLOW, down: SLOW });
    fast = [1, 2, 3].map(() => new TestViewer(port, { token: tokens.viewer }));
    slow = new TestViewer(link.port, { token: tokens.viewer });
    // Wait until it has a whole picture and its window has adapted to the link.
    await slow.until(() => slow.replica.shown !== undefined && slow.updates.length > 80);
  });
  afterEach(async () => {
    for (const viewer of [slow, ...fast]) viewer.close();
    motion.stop();
    await link.stop();
    await relay.end("SIGTERM");
  });

  /** The shown picture has exactly the bytes of the tiles that were sent last. */
  async function hasNewest(viewer: TestViewer): Promise<boolean> {
    const due = Buffer.concat(motion.newest.map(({ bytes }) => bytes));
    return await eventually(
      async () =>
        due.equals(Buffer.concat(viewer.replica.shown?.since(0).map(({ bytes }) => bytes) ?? [])),
      (same) => same,
    );
  }

  it("see the current picture even on a slow link, without affecting each other", async () => {
    const from = wallNow();
    await sleep(4000);
    const to = wallNow();
    motion.rest();
    const carried = link.carried.down;
    expect(await hasNewest(slow)).toBe(true);
    expect(link.carried.down - carried).toBeLessThan(MAX_BYTES_BEFORE);
    expect(slow.updates.some(({ at }) => wallNow(at) > from && wallNow(at) < to)).toBe(true);
    for (const viewer of fast) expect(await hasNewest(viewer)).toBe(true);
    const sent = motion.captures.filter((at) => at >= from && at <= to);
    expect(sent.length).toBeGreaterThan(20);
    for (const viewer of fast) {
      const seen = new Set(viewer.updates.map(({ capturedAt }) => capturedAt));
      expect(sent.filter((at) => !seen.has(at))).toEqual([]);
    }
  });

  it("get the newest picture soon after a link stalled, and hardly anything older", async () => {
    link.stall();
    await sleep(3000);
    const since = wallNow();
    link.flow();
    const fresh = () => freshAfter(slow.updates, { tiles: MOVING, since });
    await slow.until(() => Number.isFinite(fresh()));
    const old = slow.updates.filter((one) => wallNow(one.at) >= since && one.capturedAt < since);
    expect(old.reduce((sum, { bytes }) => sum + bytes, 0)).toBeLessThan(64_000);
    motion.rest();
    expect(await hasNewest(slow)).toBe(true);
  });
});

describe("an agent", () => {
  let port: number;
  let moving: MovingDesktop;
  let relay: Program;
  let link: ShapedLink;
  let agent: Program;
  let viewer: TestViewer;

  beforeAll(async () => {
    [port, moving] = await Promise.all([freePort(), MovingDesktop.start()]);
    relay = await startRelay(port, { AUTH_SECRET: SECRET, LOG_LEVEL: "warn" });
    link = await ShapedLink.start({ port, up: SLOW, down: SLOW });
    const { display } = moving.desktop;
    const env = { PRODUCER_TOKEN: tokens.producer, LOG_LEVEL: "debug" };
    agent = startAgent({ port: link.port, display }, env);
  });
  beforeEach(async () => {
    viewer = await joined();
  });
  afterEach(() => viewer.close());
  afterAll(async () => {
    await agent.end("SIGTERM");
    await relay.end("SIGTERM");
    await link.stop();
    await moving.stop();
  });

  /** A viewer that has a picture captured after it joined. */
  async function joined(): Promise<TestViewer> {
    const since = wallNow();
    const viewer = new TestViewer(port, { token: tokens.viewer });
    await viewer.until(() => (viewer.replica.shown?.capturedAt ?? 0) > since);
    return viewer;
  }

  /** How often it has logged its statistics, which it does while it grabs. */
  const reports = () => agent.output.split("\n").filter((line) => line.includes('"stats"')).length;

  /** Resolves once it is idle. */
  async function rests(): Promise<void> {
    const word = /nobody is watching/g;
    const said = () => agent.output.match(word)?.length ?? 0;
    const before = said();
    await eventually(
      async () => said(),
      (now) => now > before,
    );
    expect(said()).toBe(before + 1);
  }

  /** Checks that nothing is grabbed or sent for a while, after everything in flight has arrived. */
  async function expectRest(): Promise<void> {
    await sleep(1000);
    const [grabbing, sent, updates] = [reports(), link.carried.up, viewer.updates.length];
    await sleep(3000);
    expect(reports()).toBe(grabbing);
    expect(viewer.updates.length).toBe(updates);
    // At most pings of both kinds.
    expect(link.carried.up - sent).toBeLessThan(500);
  }

  async function snapshot(): Promise<Pixels> {
    const url = `http://localhost:${port}/snapshot.jpg?token=${tokens.viewer}`;
    const answer = await fetch(url);
    return jpegJs.decode(new Uint8Array(await answer.arrayBuffer()));
  }

  it("shows typed letters at once over a slow uplink, beside moving areas", async () => {
    for (const letter of "typed") {
      const at = wallNow();
      const carried = link.carried.up;
      await moving.desktop.finish("xdotool", "mousemove", "100", "500", "type", letter);
      // Only this area moves: 1280 px are 10 tiles, and 400 px are 50 rows of tiles.
      const isSeen = () =>
        viewer.updates.some((one) => wallNow(one.at) > at && one.indices.some((i) => i >= 500));
      await viewer.until(isSeen);
      expect(link.carried.up - carried).toBeLessThan(MAX_BYTES_BEFORE);
    }
  });

  it("repaints static areas at the highest quality", async () => {
    moving.rest();
    const coarse = () => {
      const store = viewer.replica.shown;
      const finest = (store?.stream.tables.length ?? 0) - 1;
      return store?.since(0).filter(({ table }) => table < finest).length;
    };
    await eventually(
      async () => coarse(),
      (count) => count === 0,
    );
    expect(coarse()).toBe(0);
    moving.move();
  });

  it("is idle while nobody is watching, and shows a new viewer the screen at once", async () => {
    const resting = rests();
    viewer.close();
    await resting;
    await expectRest();
    const late = await joined();
    late.close();
  });

  it("is idle while the only viewer is hidden, and catches up at once", async () => {
    const resting = rests();
    viewer.show(false);
    await resting;
    await expectRest();
    const since = wallNow();
    viewer.show(true);
    await viewer.until(() => (viewer.replica.shown?.capturedAt ?? 0) > since);
  });

  it("wakes for a snapshot, which shows the current screen, equally fast if nothing changes", async () => {
    const resting = rests();
    moving.rest();
    viewer.close();
    await resting;
    for (const colour of [
      [200, 60, 20],
      [20, 60, 200],
    ] as const) {
      // A picture captured less than 250 ms ago counts as current (P-64).
      await sleep(300);
      await moving.paint(colour);
      const shown = await snapshot();
      expect(psnr(stillPart(await moving.desktop.pixels()), stillPart(shown))).toBeGreaterThan(
        ALIKE_DB,
      );
    }
    // Without the agent's answer it would wait for 2 s (P-64). A busy machine may be late once, but not each time.
    const tookMs: number[] = [];
    for (let i = 0; i < 3; i++) {
      await sleep(300);
      const since = performance.now();
      await snapshot();
      tookMs.push(performance.now() - since);
    }
    expect(Math.min(...tookMs), JSON.stringify(tookMs)).toBeLessThan(1000);
    moving.move();
  });
});
