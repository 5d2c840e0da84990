/** The player, for React: its snapshot, and a handle to what it plays. */
import { shareLink } from "@screen-share/protocol";
import { type RefObject, useEffect, useMemo, useState, useSyncExternalStore } from "react";
import { WORKER_URL } from "../env.ts";
import type { PictureHandle } from "../keep/mirror.ts";
import { readLink } from "../links/link.ts";
import { pageRelays } from "../links/relays.ts";
import type { EndingKind } from "../player/core/ending.ts";
import { INITIAL_SNAPSHOT, type Snapshot } from "../player/core/snapshot.ts";
import type { StatisticsSource } from "../statistics/statistics-panel.tsx";
import { agedWords } from "../status/core/status.ts";
import { wasUpdated } from "../ui/load-part.ts";
import { type Playing, playOn } from "./play-on.ts";

type PlayedPicture = PictureHandle & StatisticsSource;

const subscribeToNothing = () => () => {};
const initialSnapshot = () => INITIAL_SNAPSHOT;
/** Canvases that were used by a player, and that no other player can use. */
const PLAYED_ON = new WeakSet<HTMLCanvasElement>();

const failure = (kind: EndingKind): Snapshot => ({
  ...INITIAL_SNAPSHOT,
  connection: { state: "ended", ending: { kind, reason: "" } },
});
/** The snapshot if part of the page could not be loaded, or the browser cannot draw. */
const UNLOADED = failure("unloaded");
const UPDATED = failure("updated");
const unloadedSnapshot = () => (wasUpdated() ? UPDATED : UNLOADED);

/** @param relayUrl undefined until the link is read; then it stays the same */
export function usePlayer(
  canvas: RefObject<HTMLCanvasElement | null>,
  relayUrl: string | undefined,
): {
  readonly snapshot: Snapshot;
  /** The React key of the canvas. When it changes, the next player gets a new element. */
  readonly canvasKey: number;
  readonly retry: () => void;
  /** Undefined until it plays. Each player has its own. */
  readonly handle: PlayedPicture | undefined;
} {
  // A canvas that was handed to a worker cannot be used again, so each run has its own.
  const [run, setRun] = useState({ number: 0, inWorker: true });
  const [playing, setPlaying] = useState<Playing>();
  const [unloaded, setUnloaded] = useState(false);
  useEffect(() => {
    const element = canvas.current;
    if (!element || relayUrl === undefined) return;
    if (PLAYED_ON.has(element)) {
      // In development, React runs effects twice.
      setRun(({ number, inWorker }) => ({ number: number + 1, inWorker }));
      return;
    }
    PLAYED_ON.add(element);
    const ending = new AbortController();
    const { signal } = ending;
    playOn(element, {
      relayUrl,
      relays: pageRelays(),
      workerUrl: run.inWorker ? WORKER_URL : undefined,
      signal,
      // A crash may repeat. On the page it is at least visible in the console.
      onCrash: () => setRun(({ number }) => ({ number: number + 1, inWorker: false })),
    }).then(
      (begun) => {
        if (!signal.aborted) setPlaying(begun);
      },
      (error: unknown) => {
        console.error(error);
        if (!signal.aborted) setUnloaded(true);
      },
    );
    return () => {
      ending.abort();
      setPlaying(undefined);
    };
  }, [canvas, relayUrl, run]);
  const player = playing?.player;
  const snapshot = useSyncExternalStore(
    player?.subscribe ?? subscribeToNothing,
    unloaded ? unloadedSnapshot : (player?.getSnapshot ?? initialSnapshot),
    initialSnapshot,
  );
  const retry = () => (unloaded ? location.reload() : player?.retry());
  const handle = useMemo(() => playing && handleOf(playing), [playing]);
  return { snapshot, canvasKey: run.number, retry, handle };
}

function handleOf({ player, onDrawn, keepPlaying }: Playing): PlayedPicture {
  return {
    size: () => player.getSnapshot().picture,
    bitmap: player.bitmap,
    remark: () => agedWords(player.getSnapshot(), { online: navigator.onLine }),
    snapshotPng: player.snapshotPng,
    encoded: player.encoded,
    subscribeStatistics: player.subscribeStatistics,
    getStatistics: player.getStatistics,
    onDrawn,
    keepPlaying,
    link: () => shareLink(location.href, readLink(window, pageRelays()).token),
  };
}
