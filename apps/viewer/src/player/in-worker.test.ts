import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { INITIAL_SNAPSHOT, type Snapshot } from "./core/snapshot.ts";
import { ableWorker, playInWorker, type WorkerPort } from "./in-worker.ts";
import type { ToPage, ToWorker } from "./worker-messages.ts";

/** A worker that says what it is told to, with its messages cloned on the way as browsers do. */
class FakeWorker implements WorkerPort {
  onmessage: WorkerPort["onmessage"] = null;
  onerror: WorkerPort["onerror"] = null;
  readonly heard: ToWorker[] = [];
  readonly transferred: Transferable[] = [];
  terminated = false;

  postMessage(message: ToWorker, transfer: Transferable[] = []): void {
    this.heard.push(message);
    this.transferred.push(...transfer);
  }

  says(message: ToPage): void {
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

describe("a worker is used", () => {
  beforeEach(() => void vi.useFakeTimers());
  afterEach(() => void vi.useRealTimers());

  it("only once it has said that it can", async () => {
    const worker = new FakeWorker();
    const able = ableWorker(() => worker);
    worker.says({ type: "begun", able: true });
    expect(await able).toBe(worker);
    expect(vi.getTimerCount()).toBe(0);
    expect(worker.terminated).toBe(false);
  });

  const silences: readonly [string, (worker: FakeWorker) => void][] = [
    ["says that it cannot", (worker) => worker.says({ type: "begun", able: false })],
    ["fails before its first word", (worker) => worker.crashes()],
    ["says nothing for 10 s", () => vi.advanceTimersByTime(10_000)],
  ];
  it.each(silences)("not where it %s, and is ended then", async (_, happens) => {
    const worker = new FakeWorker();
    const able = ableWorker(() => worker);
    happens(worker);
    expect(await able).toBeUndefined();
    expect(worker.terminated).toBe(true);
    expect(vi.getTimerCount()).toBe(0);
  });

  it("not where the browser throws", async () => {
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
  it("is given the canvas, and then told whatever it is asked", () => {
    const { worker, player } = played();
    player.enter("demo", "a.b.c");
    player.enter(undefined, undefined);
    player.setVisible(false);
    player.online();
    player.retry();
    expect(worker.heard).toEqual([
      { type: "start", canvas: CANVAS, relayUrl: "ws://relay.example/ws/viewer", visible: true },
      { type: "enter", room: "demo", token: "a.b.c" },
      { type: "enter", room: undefined },
      { type: "visible", visible: false },
      { type: "online" },
      { type: "retry" },
    ]);
    expect(worker.transferred).toEqual([CANVAS]);
  });

  it("has the worker's newest snapshot, the picture's size the same object while it is the same", () => {
    const { worker, player, drawn } = played();
    expect(player.getSnapshot()).toBe(INITIAL_SNAPSHOT);
    let calls = 0;
    const unsubscribe = player.subscribe(() => calls++);
    worker.says({ type: "snapshot", snapshot: LIVE });
    const first = player.getSnapshot();
    expect(first).toEqual(LIVE);
    worker.says({ type: "snapshot", snapshot: { ...LIVE, ageS: 6 } });
    expect(player.getSnapshot().ageS).toBe(6);
    expect(player.getSnapshot().picture).toBe(first.picture);
    const wider = { ...PICTURE, width: 300 };
    worker.says({ type: "snapshot", snapshot: { ...LIVE, picture: wider } });
    expect(player.getSnapshot().picture).toEqual(wider);
    unsubscribe();
    worker.says({ type: "snapshot", snapshot: INITIAL_SNAPSHOT });
    expect(calls).toBe(3);
    expect(player.getSnapshot().picture).toBeUndefined();
    expect(drawn).toEqual([]);
  });

  it("tells of each drawing", () => {
    const { worker, drawn } = played();
    const latency = { decodeMs: 3, errorMs: 1 } as const;
    const unknown = { captureMs: undefined, uplinkMs: undefined, linkMs: undefined };
    const told = {
      updates: 7,
      latency: { ...unknown, ...latency, totalMs: undefined },
      undecodable: 0,
    };
    worker.says({ type: "drawn", drawn: told });
    expect(drawn).toEqual([told]);
  });

  it("gives each asker the PNG that was asked for, or the reason why not", async () => {
    const { worker, player } = played();
    const [first, second] = [player.snapshotPng(), player.snapshotPng()];
    worker.says({ type: "no png", id: 1, reason: "no picture" });
    worker.says({ type: "png", id: 0, blob: new Blob(["x"]) });
    await expect(second).rejects.toThrow("no picture");
    expect(await (await first).text()).toBe("x");
  });

  it("hands over the bitmap that was asked for, or tells why not, whatever else is asked", async () => {
    const { worker, player } = played();
    const png = player.snapshotPng();
    const [first, second] = [player.bitmap(), player.bitmap()];
    expect(worker.heard.slice(1)).toEqual([
      { type: "png", id: 0 },
      { type: "bitmap", id: 0 },
      { type: "bitmap", id: 1 },
    ]);
    worker.says({ type: "no bitmap", id: 0, reason: "no picture" });
    worker.says({ type: "bitmap", id: 1, bitmap: { width: 2, height: 1 } as ImageBitmap });
    await expect(first).rejects.toThrow("no picture");
    expect(await second).toEqual({ width: 2, height: 1 });
    player.stop();
    await expect(png).rejects.toThrow("ended");
  });

  it("is over once it is stopped: the worker is ended, and nobody waits in vain", async () => {
    const { worker, player, crashes } = played();
    let calls = 0;
    player.subscribe(() => calls++);
    const png = player.snapshotPng();
    player.stop();
    await expect(png).rejects.toThrow("ended");
    await expect(player.bitmap()).rejects.toThrow("ended");
    expect(worker.terminated).toBe(true);
    worker.says({ type: "snapshot", snapshot: LIVE });
    worker.crashes();
    expect([calls, crashes()]).toEqual([0, 0]);
  });

  it("that crashes is ended, and that is told once", () => {
    const { worker, crashes } = played();
    worker.crashes();
    worker.crashes();
    expect(worker.terminated).toBe(true);
    expect(crashes()).toBe(1);
  });
});
