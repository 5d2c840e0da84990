/** The player as React sees it: a snapshot that changes, and what a person can ask of it. */
import { type RefObject, useEffect, useState, useSyncExternalStore } from "react";
import { RELAY_URL, WORKER_URL } from "../env.ts";
import { playOn } from "../player/browser.ts";
import { INITIAL_SNAPSHOT, type Snapshot } from "../player/core/snapshot.ts";
import type { PlayerHandle } from "../player/handle.ts";

const subscribeToNothing = () => () => {};
const initialSnapshot = () => INITIAL_SNAPSHOT;
/** Canvases that have served a player: they can serve no other. */
const PLAYED_ON = new WeakSet<HTMLCanvasElement>();

/** What holds when a part of the page did not come, as after a deployment, when the old one is gone; or when the browser cannot draw. */
const UNLOADED: Snapshot = {
  ...INITIAL_SNAPSHOT,
  connection: {
    state: "ended",
    reason: "a part of this page could not be loaded or started",
    remedy: "again",
  },
};
const unloadedSnapshot = () => UNLOADED;

/** One player's life. A canvas that was handed to a worker serves no other player, so each has a canvas of its own. */
interface Run {
  readonly number: number;
  readonly inWorker: boolean;
}

/**
 * Plays on the canvas for as long as the component is mounted.
 * @returns `canvasKey`, the canvas's React key: when it changes, the next player needs a new element
 */
export function usePlayer(canvas: RefObject<HTMLCanvasElement | null>): {
  readonly snapshot: Snapshot;
  readonly canvasKey: number;
  readonly retry: () => void;
  /** Undefined until it runs. */
  readonly player: PlayerHandle | undefined;
} {
  const [run, setRun] = useState<Run>({ number: 0, inWorker: true });
  const [player, setPlayer] = useState<PlayerHandle>();
  const [unloaded, setUnloaded] = useState(false);
  useEffect(() => {
    const element = canvas.current;
    if (!element) return;
    if (PLAYED_ON.has(element)) {
      // React runs effects twice while it is developed with.
      setRun(({ number, inWorker }) => ({ number: number + 1, inWorker }));
      return;
    }
    PLAYED_ON.add(element);
    const ending = new AbortController();
    const { signal } = ending;
    playOn(element, {
      relayUrl: RELAY_URL,
      workerUrl: run.inWorker ? WORKER_URL : undefined,
      signal,
      // What crashed in there might do so again; out here it would at least be seen.
      onCrash: () => setRun(({ number }) => ({ number: number + 1, inWorker: false })),
    }).then(
      (begun) => {
        if (!signal.aborted) setPlayer(begun);
      },
      (error: unknown) => {
        console.error(error);
        if (!signal.aborted) setUnloaded(true);
      },
    );
    return () => {
      ending.abort();
      setPlayer(undefined);
    };
  }, [canvas, run]);
  const snapshot = useSyncExternalStore(
    player?.subscribe ?? subscribeToNothing,
    unloaded ? unloadedSnapshot : (player?.getSnapshot ?? initialSnapshot),
    initialSnapshot,
  );
  const retry = () => (unloaded ? location.reload() : player?.retry());
  return { snapshot, canvasKey: run.number, retry, player };
}
