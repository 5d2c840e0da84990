import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { INITIAL_SNAPSHOT, type Snapshot } from "./core/snapshot.ts";
import {
  ableWorker,
  playInWorker,
  type ToPage,
  type ToWorker,
  type WorkerPort,
} from "./worker-proxy.ts";

/** A worker whose messages are written by the test, and cloned in between as browsers do. */
class FakeWorker implements WorkerPort {
  onmessage: WorkerPort["onmessage"] = null;
  onerror: WorkerPort["onerror"] = null;
  readonly received: ToWorker[] = [];
  readonly transferred: Transferable[] = [];
  terminated = false;

  postMessage(message: ToWorker, transfer: Transferable[] = []): void {
    this.received.push(message);
    this.transferred.push(...transfer);
  }

  sends(message: ToPage): void {
    this.onmessage?.(new MessageEvent("message", { data: structuredClone(message) }));
  }

  crashes(): void {
    this.onerror?.(new Event("error") as ErrorEvent);
  }

  terminate(): void {
    this.terminated = true;
  }
}

const CANVAS = {} as OffscreenCanvas;
const PICTURE = { width: 200, height: 20 };
const LIVE: Snapshot = {
  ...INITIAL_SNAPSHOT,
  room: "main",
  connection: { state: "connected", viewers: 1 },
  picture: PICTURE,
};

describe("choosing a worker", () => {
  beforeEach(() => void vi.useFakeTimers());
  afterEach(() => void vi.useRealTimers());

  it("resolves to the worker once it has reported that it is able", async () => {
    const worker = new FakeWorker();
    const able = ableWorker(() => worker);
    worker.sends({ type: "ready", able: true });
    expect(await able).toBe(worker);
    expect(vi.getTimerCount()).toBe(0);
    expect(worker.terminated).toBe(false);
  });

  const failures: readonly [string, (worker: FakeWorker) => void][] = [
    ["reports that it is not able", (worker) => worker.sends({ type: "ready", able: false })],
    ["fails before its first message", (worker) => worker.crashes()],
    ["is silent for 10 s", () => vi.advanceTimersByTime(10_000)],
  ];
  it.each(failures)("terminates a worker that %s", async (_, happens) => {
    const worker = new FakeWorker();
    const able = ableWorker(() => worker);
    happens(worker);
    expect(await able).toBeUndefined();
    expect(worker.terminated).toBe(true);
    expect(vi.getTimerCount()).toBe(0);
  });

  it("resolves to none where the browser throws", async () => {
    const refuses = () => {
      throw new DOMException("not here", "SecurityError");
    };
    expect(await ableWorker(refuses)).toBeUndefined();
  });
});

function played() {
  const worker = new FakeWorker();
  const drawn: unknown[] = [];
  let crashes = 0;
  const player = playInWorker(worker, CANVAS, {
    relayUrl: "ws://relay.example/ws/viewer",
    visible: true,
    onDrawn: (each) => drawn.push(each),
    onCrash: () => crashes++,
  });
  return { worker, player, drawn, crashes: () => crashes };
}

describe("a player in a worker", () => {
  it("sends the canvas first, and then every call in order", () => {
    const { worker, player } = played();
    player.enter("demo", "a.b.c");
    player.enter(undefined, undefined);
    player.setVisible(false);
    player.online();
    player.retry();
    expect(worker.received).toEqual([
      { type: "start", canvas: CANVAS, relayUrl: "ws://relay.example/ws/viewer", visible: true },
      { type: "call", id: 0, name: "enter", args: ["demo", "a.b.c"] },
      { type: "call", id: 1, name: "enter", args: [undefined, undefined] },
      { type: "call", id: 2, name: "setVisible", args: [false] },
      { type: "call", id: 3, name: "online", args: [] },
      { type: "call", id: 4, name: "retry", args: [] },
    ]);
    expect(worker.transferred).toEqual([CANVAS]);
  });

  it("returns the worker's newest snapshot, and the same picture object while the size stays the same", () => {
    const { worker, player, drawn } = played();
    expect(player.getSnapshot()).toBe(INITIAL_SNAPSHOT);
    let calls = 0;
    const unsubscribe = player.subscribe(() => calls++);
    worker.sends({ type: "snapshot", snapshot: LIVE });
    const first = player.getSnapshot();
    expect(first).toEqual(LIVE);
    worker.sends({ type: "snapshot", snapshot: { ...LIVE, ageS: 6 } });
    expect(player.getSnapshot().ageS).toBe(6);
    expect(player.getSnapshot().picture).toBe(first.picture);
    const wider = { ...PICTURE, width: 300 };
    worker.sends({ type: "snapshot", snapshot: { ...LIVE, picture: wider } });
    expect(player.getSnapshot().picture).toEqual(wider);
    unsubscribe();
    worker.sends({ type: "snapshot", snapshot: INITIAL_SNAPSHOT });
    expect(calls).toBe(3);
    expect(player.getSnapshot().picture).toBeUndefined();
    expect(drawn).toEqual([]);
  });

  it("reports each drawing", () => {
    const { worker, drawn } = played();
    const latency = { decodeMs: 3, errorMs: 1 } as const;
    const unknown = { captureMs: undefined, uplinkMs: undefined, linkMs: undefined };
    const report = {
      updates: 7,
      latency: { ...unknown, ...latency, totalMs: undefined },
      undecodable: 0,
    };
    worker.sends({ type: "drawn", drawn: report });
    expect(drawn).toEqual([report]);
  });

  it("resolves each query with its own answer, or rejects it with the reason", async () => {
    const { worker, player } = played();
    const [first, second] = [player.snapshotPng(), player.snapshotPng()];
    worker.sends({ type: "failure", id: 1, reason: "no picture" });
    worker.sends({ type: "answer", id: 0, value: new Blob(["x"]) });
    await expect(second).rejects.toThrow("no picture");
    expect(await (await first).text()).toBe("x");
  });

  it("matches answers of different queries by their ids", async () => {
    const { worker, player } = played();
    const png = player.snapshotPng();
    const [first, second] = [player.bitmap(), player.bitmap()];
    expect(worker.received.slice(1)).toEqual([
      { type: "call", id: 0, name: "snapshotPng", args: [] },
      { type: "call", id: 1, name: "bitmap", args: [] },
      { type: "call", id: 2, name: "bitmap", args: [] },
    ]);
    worker.sends({ type: "failure", id: 1, reason: "no picture" });
    worker.sends({ type: "answer", id: 2, value: { width: 2, height: 1 } });
    await expect(first).rejects.toThrow("no picture");
    expect(await second).toEqual({ width: 2, height: 1 });
    player.stop();
    await expect(png).rejects.toThrow("ended");
  });

  it("terminates the worker when it is stopped, and rejects all queries", async () => {
    const { worker, player, crashes } = played();
    let calls = 0;
    player.subscribe(() => calls++);
    const png = player.snapshotPng();
    player.stop();
    await expect(png).rejects.toThrow("ended");
    await expect(player.bitmap()).rejects.toThrow("ended");
    expect(worker.terminated).toBe(true);
    worker.sends({ type: "snapshot", snapshot: LIVE });
    worker.crashes();
    expect([calls, crashes()]).toEqual([0, 0]);
  });

  it("terminates a worker that crashes, and reports that once", () => {
    const { worker, crashes } = played();
    worker.crashes();
    worker.crashes();
    expect(worker.terminated).toBe(true);
    expect(crashes()).toBe(1);
  });
});
