/** The page's side of a player in a worker, which then has the socket, the decoder and the canvas. All messages are plain values. */
import { INITIAL_SNAPSHOT, type Snapshot } from "./core/snapshot.ts";
import {
  type Drawn,
  PLAYER_ENDED,
  type PlayerCalls,
  type PlayerHandle,
  type PlayOptions,
} from "./handle.ts";
import type { Statistics } from "./meter/statistics.ts";

const READY_TIMEOUT_MS = 10_000;

/** A command or query; its answer carries the same `id`. */
export type Call = {
  [Name in keyof PlayerCalls]: {
    readonly type: "call";
    readonly id: number;
    readonly name: Name;
    readonly args: Parameters<PlayerCalls[Name]>;
  };
}[keyof PlayerCalls];

export type ToWorker =
  /** The first message. The canvas is transferred with it. */
  | ({ readonly type: "start"; readonly canvas: OffscreenCanvas } & Omit<PlayOptions, "onDrawn">)
  | Call
  | { readonly type: "statistics"; readonly wanted: boolean };

export type ToPage =
  /** The first message, sent unasked: whether this browser's workers can do what the player needs. */
  | { readonly type: "ready"; readonly able: boolean }
  | { readonly type: "snapshot"; readonly snapshot: Snapshot }
  | { readonly type: "drawn"; readonly drawn: Drawn }
  | { readonly type: "statistics"; readonly statistics: Statistics | undefined }
  | { readonly type: "answer"; readonly id: number; readonly value: unknown }
  | { readonly type: "failure"; readonly id: number; readonly reason: string };

export interface WorkerPort {
  postMessage(message: ToWorker, transfer?: Transferable[]): void;
  onmessage: ((event: MessageEvent<ToPage>) => void) | null;
  /** An uncaught error, or a program that could not be loaded. */
  onerror: ((event: ErrorEvent) => void) | null;
  terminate(): void;
}

/**
 * Starts a worker on a program of this page's own server, through a blob, so that it inherits this page's Content-Security-Policy. From
 * the program's own address it would have the policy served with that file, usually none (HTML §7.9, policy containers).
 */
export function startWorker(programUrl: string): WorkerPort {
  const source = `importScripts(${JSON.stringify(programUrl)})`;
  const url = URL.createObjectURL(new Blob([source], { type: "text/javascript" }));
  const worker = new Worker(url);
  worker.addEventListener("message", () => URL.revokeObjectURL(url), { once: true });
  return worker;
}

/**
 * Resolves to a worker that can run the player, or to undefined. A canvas that was handed over cannot be taken back.
 * @param start throws if the browser has no workers, or forbids them
 */
export async function ableWorker(start: () => WorkerPort): Promise<WorkerPort | undefined> {
  let worker: WorkerPort;
  try {
    worker = start();
  } catch {
    return undefined;
  }
  let timer: ReturnType<typeof setTimeout> | undefined;
  const able = await new Promise<boolean>((resolve) => {
    timer = setTimeout(() => resolve(false), READY_TIMEOUT_MS);
    worker.onmessage = ({ data }) => resolve(data.type === "ready" && data.able);
    worker.onerror = () => resolve(false);
  });
  clearTimeout(timer);
  if (able) return worker;
  worker.terminate();
  return undefined;
}

/** Nothing else can draw on the canvas or read it again. @param options.onCrash the worker threw an error, and was terminated */
export function playInWorker(
  worker: WorkerPort,
  canvas: OffscreenCanvas,
  options: PlayOptions & { readonly onCrash: () => void },
): PlayerHandle {
  const { relayUrl, visible, onDrawn, onCrash } = options;
  const listeners = new Set<() => void>();
  const statisticsListeners = new Set<() => void>();
  const pending = new Map<number, { resolve(value: unknown): void; reject(error: Error): void }>();
  let calls = 0;
  let ended = false;
  let snapshot: Snapshot = INITIAL_SNAPSHOT;
  let statistics: Statistics | undefined;

  const call = (name: keyof PlayerCalls, args: unknown[]): Promise<unknown> => {
    const result = new Promise<unknown>((resolve, reject) => {
      if (ended) throw new Error(PLAYER_ENDED);
      pending.set(calls, { resolve, reject });
      worker.postMessage({ type: "call", id: calls++, name, args } as Call);
    });
    // A command's caller does not wait for its result.
    result.catch(() => {});
    return result;
  };
  const stop = () => {
    ended = true;
    worker.onmessage = null;
    worker.onerror = null;
    worker.terminate();
    listeners.clear();
    statisticsListeners.clear();
    for (const { reject } of pending.values()) reject(new Error(PLAYER_ENDED));
    pending.clear();
  };

  worker.onmessage = ({ data }) => {
    switch (data.type) {
      case "ready":
        return;
      case "snapshot":
        snapshot = withSamePicture(data.snapshot, snapshot);
        for (const listener of listeners) listener();
        return;
      case "drawn":
        onDrawn(data.drawn);
        return;
      case "statistics":
        // They were on their way when the last listener left. The next one needs newer ones.
        if (statisticsListeners.size === 0) return;
        statistics = data.statistics;
        for (const listener of statisticsListeners) listener();
        return;
      case "answer":
        pending.get(data.id)?.resolve(data.value);
        pending.delete(data.id);
        return;
      case "failure":
        pending.get(data.id)?.reject(new Error(data.reason));
        pending.delete(data.id);
        return;
      default:
        data satisfies never;
    }
  };
  worker.onerror = () => {
    stop();
    onCrash();
  };
  worker.postMessage({ type: "start", canvas, relayUrl, visible }, [canvas]);

  return withCalls(call, {
    subscribe(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    getSnapshot: () => snapshot,
    subscribeStatistics(listener) {
      statisticsListeners.add(listener);
      if (statisticsListeners.size === 1) worker.postMessage({ type: "statistics", wanted: true });
      return () => {
        if (!statisticsListeners.delete(listener) || statisticsListeners.size > 0) return;
        statistics = undefined;
        worker.postMessage({ type: "statistics", wanted: false });
      };
    },
    getStatistics: () => statistics,
    stop,
  });
}

/** A handle whose other members are calls to the worker. */
function withCalls(
  call: (name: keyof PlayerCalls, args: unknown[]) => Promise<unknown>,
  own: Omit<PlayerHandle, keyof PlayerCalls>,
): PlayerHandle {
  return new Proxy(own, {
    get(_, name) {
      if (name in own) return Reflect.get(own, name);
      // Promises look for a `then`, and debuggers for symbols.
      if (typeof name === "symbol" || name === "then") return undefined;
      return (...args: unknown[]) => call(name as keyof PlayerCalls, args);
    },
  }) as PlayerHandle;
}

/** Keeps the previous object for the same size, as the player itself does. */
function withSamePicture(next: Snapshot, { picture }: Snapshot): Snapshot {
  const { width, height } = next.picture ?? {};
  return picture?.width === width && picture?.height === height ? { ...next, picture } : next;
}
