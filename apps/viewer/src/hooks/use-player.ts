/** The player as React sees it: a snapshot that changes, and the one thing that a person can ask of it. */
import { type RefObject, useEffect, useState, useSyncExternalStore } from "react";
import { RELAY_URL } from "../env.ts";
import { playOn } from "../player/browser.ts";
import { INITIAL_SNAPSHOT, type Snapshot } from "../player/core/snapshot.ts";
import type { Player } from "../player/player.ts";

const subscribeToNothing = () => () => {};
const initialSnapshot = () => INITIAL_SNAPSHOT;

/** Plays on the canvas for as long as the component is mounted. */
export function usePlayer(canvas: RefObject<HTMLCanvasElement | null>): {
  readonly snapshot: Snapshot;
  readonly retry: () => void;
} {
  const [player, setPlayer] = useState<Player>();
  useEffect(() => {
    if (!canvas.current) return;
    const ending = new AbortController();
    setPlayer(playOn(canvas.current, { relayUrl: RELAY_URL, signal: ending.signal }));
    return () => ending.abort();
  }, [canvas]);
  const snapshot = useSyncExternalStore(
    player?.subscribe ?? subscribeToNothing,
    player?.getSnapshot ?? initialSnapshot,
    initialSnapshot,
  );
  return { snapshot, retry: () => player?.retry() };
}
