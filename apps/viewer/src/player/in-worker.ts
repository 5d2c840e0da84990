/**
 * A player in a worker, as the page holds it. The page's own thread then has nothing to do with the picture: no socket, no
 * decoding, no drawing.
 */
import { Answers } from "./answers.ts";
import { INITIAL_SNAPSHOT, type Snapshot } from "./core/snapshot.ts";
import {
  type EncodedPicture,
  PLAYER_ENDED,
  type PlayerHandle,
  type PlayOptions,
} from "./handle.ts";
import type { Statistics } from "./meter/statistics.ts";
import type { ToPage, ToWorker } from "./worker-messages.ts";

/** Whoever has not said a word by then is not waited for. */
const BEGIN_TIMEOUT_MS = 10_000;

/** Of a worker, what this needs. */
export interface WorkerPort {
  postMessage(message: ToWorker, transfer?: Transferable[]): void;
  onmessage: ((event: MessageEvent<ToPage>) => void) | null;
  /** An error that nobody caught, or a program that could not be loaded. */
  onerror: ((event: ErrorEvent) => void) | null;
  terminate(): void;
}

/** Starts a worker. @throws if the browser has none, or allows none */
export type StartWorker = () => WorkerPort;

/**
 * Starts a worker on a program of this page's own server. It begins in a blob, and so has this page's Content-Security-Policy: started
 * from the program's own address it would have what that was served with, on most servers none (HTML §7.9, policy containers).
 */
export function startWorker(programUrl: string): WorkerPort {
  const begin = `importScripts(${JSON.stringify(programUrl)})`;
  const url = URL.createObjectURL(new Blob([begin], { type: "text/javascript" }));
  const worker = new Worker(url);
  worker.addEventListener("message", () => URL.revokeObjectURL(url), { once: true });
  return worker;
}

/**
 * A worker that can do what the player needs; undefined where there is none. To be known before a canvas is handed over, for it
 * cannot be taken back.
 */
export async function ableWorker(start: StartWorker): Promise<WorkerPort | undefined> {
  let worker: WorkerPort;
  try {
    worker = start();
  } catch {
    return undefined;
  }
  let timer: ReturnType<typeof setTimeout> | undefined;
  const able = await new Promise<boolean>((resolve) => {
    timer = setTimeout(() => resolve(false), BEGIN_TIMEOUT_MS);
    worker.onmessage = ({ data }) => resolve(data.type === "begun" && data.able);
    worker.onerror = () => resolve(false);
  });
  clearTimeout(timer);
  if (able) return worker;
  worker.terminate();
  return undefined;
}

/**
 * Plays in the worker, on a canvas that is handed over: nobody else can draw on it, nor read it, ever again.
 * @param options.onCrash the worker threw what nobody caught, and was ended
 */
export function playInWorker(
  worker: WorkerPort,
  canvas: OffscreenCanvas,
  options: PlayOptions & { readonly onCrash: () => void },
): PlayerHandle {
  const { relayUrl, visible, onDrawn, onCrash } = options;
  const listeners = new Set<() => void>();
  const pngs = new Answers<Blob>();
  const bitmaps = new Answers<ImageBitmap>();
  const pictures = new Answers<EncodedPicture>();
  const statisticsListeners = new Set<() => void>();
  let snapshot: Snapshot = INITIAL_SNAPSHOT;
  let statistics: Statistics | undefined;

  const send = (message: ToWorker, transfer: Transferable[] = []) =>
    worker.postMessage(message, transfer);
  const end = () => {
    worker.onmessage = null;
    worker.onerror = null;
    worker.terminate();
    listeners.clear();
    statisticsListeners.clear();
    for (const answers of [pngs, bitmaps, pictures]) answers.end(PLAYER_ENDED);
  };

  worker.onmessage = ({ data }) => {
    switch (data.type) {
      case "begun":
        return;
      case "snapshot":
        snapshot = { ...data.snapshot, picture: kept(snapshot.picture, data.snapshot.picture) };
        for (const listener of listeners) listener();
        return;
      case "drawn":
        onDrawn(data.drawn);
        return;
      case "statistics":
        // What was on its way when the last listener went is of no use to the next one.
        if (statisticsListeners.size === 0) return;
        statistics = data.statistics;
        for (const listener of statisticsListeners) listener();
        return;
      case "png":
        pngs.give(data.id, data.blob);
        return;
      case "no png":
        pngs.refuse(data.id, data.reason);
        return;
      case "encoded":
        pictures.give(data.id, data.picture);
        return;
      case "no encoded":
        pictures.refuse(data.id, data.reason);
        return;
      case "bitmap":
        bitmaps.give(data.id, data.bitmap);
        return;
      case "no bitmap":
        bitmaps.refuse(data.id, data.reason);
        return;
      default:
        data satisfies never;
    }
  };
  worker.onerror = () => {
    end();
    onCrash();
  };
  send({ type: "start", canvas, relayUrl, visible }, [canvas]);

  return {
    subscribe(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    getSnapshot: () => snapshot,
    subscribeStatistics(listener) {
      statisticsListeners.add(listener);
      if (statisticsListeners.size === 1) send({ type: "statistics", wanted: true });
      return () => {
        if (!statisticsListeners.delete(listener) || statisticsListeners.size > 0) return;
        statistics = undefined;
        send({ type: "statistics", wanted: false });
      };
    },
    getStatistics: () => statistics,
    enter: (room, token) =>
      send({ type: "enter", room, ...(token === undefined ? {} : { token }) }),
    retry: () => send({ type: "retry" }),
    online: () => send({ type: "online" }),
    offline: () => send({ type: "offline" }),
    setVisible: (now) => send({ type: "visible", visible: now }),
    snapshotPng: () => pngs.ask((id) => send({ type: "png", id })),
    encoded: () => pictures.ask((id) => send({ type: "encoded", id })),
    bitmap: () => bitmaps.ask((id) => send({ type: "bitmap", id })),
    stop: end,
  };
}

/** The same object for the same size, as the player itself keeps it: clones are never the same. */
function kept(old: Snapshot["picture"], now: Snapshot["picture"]): Snapshot["picture"] {
  return old?.width === now?.width && old?.height === now?.height ? old : now;
}
