/**
 * The player on a real page: in a worker where the browser can, else on the page's own thread; and the page's events told to it.
 */

import { readLink } from "../links/link.ts";
import type { Relays } from "../links/relays.ts";
import type { Drawn, PlayerHandle } from "../player/handle.ts";
import { ableWorker, playInWorker, startWorker } from "../player/worker-proxy.ts";
import { loadPart } from "../ui/load-part.ts";

/** A player at work on a page. */
export interface Playing {
  readonly player: PlayerHandle;
  /** Calls after each drawing. @returns what ends that */
  onDrawn(listener: () => void): () => void;
  /** Plays on though the page is hidden: what is drawn is seen elsewhere. @returns what ends that */
  keepPlaying(): () => void;
}

export interface PageOptions {
  /** What to dial: that of one of `relays`. */
  readonly relayUrl: string;
  /** Those that the page's link may name. */
  readonly relays: Relays;
  /** Where the worker's program is, as the page would link to it; undefined: no worker is to be used. */
  readonly workerUrl: string | undefined;
  readonly signal: AbortSignal;
  /** The worker has ended, by a bug of ours: nothing more comes on this canvas, and nobody can draw on it again. */
  readonly onCrash: () => void;
}

/**
 * Plays on `canvas` the room that the page's link names, for as long as it names this relay, until the signal. How many updates were
 * drawn stands in the canvas's `data-updates`, what the newest took in `data-latency`, where it is played in `data-player`, for
 * whoever has to know.
 * Rejects if a part of the page cannot be loaded.
 * @param canvas one that nobody has drawn on yet, and nobody else will
 * @returns undefined if the signal came first
 */
export async function playOn(
  canvas: HTMLCanvasElement,
  options: PageOptions,
): Promise<Playing | undefined> {
  const { signal, workerUrl, relayUrl, relays } = options;
  const worker =
    workerUrl !== undefined && canHandOver() ? await beginWorker(workerUrl) : undefined;
  // Only where it is needed: the worker's program has all of this in it already.
  const play = worker ? undefined : (await loadPart(() => import("../player/play.ts"))).play;
  if (signal.aborted) {
    worker?.terminate();
    return undefined;
  }
  const reasons = new Set<symbol>();
  const isVisible = () => document.visibilityState === "visible" || reasons.size > 0;
  const listeners = new Set<() => void>();
  const onDrawn = (drawn: Drawn) => {
    tell(canvas, drawn);
    for (const listener of listeners) listener();
  };
  const parts = { relayUrl, visible: isVisible(), onDrawn, onCrash: options.onCrash };
  canvas.dataset.player = worker ? "worker" : "page";
  const player = worker
    ? playInWorker(worker, canvas.transferControlToOffscreen(), parts)
    : play?.(canvas, parts);
  if (!player) return undefined;
  const enter = () => {
    const { relay, room, token, bare, damage } = readLink(window, relays);
    if (damage === "unread") return;
    // Another relay is for another player, and where several can be meant it is asked which.
    const meant = relay?.url === relayUrl && !(bare && relays.length > 1);
    if (meant) player.enter(room, token);
  };
  const tellVisible = () => player.setVisible(isVisible());
  document.addEventListener("visibilitychange", tellVisible, { signal });
  window.addEventListener("online", () => player.online(), { signal });
  window.addEventListener("offline", () => player.offline(), { signal });
  window.addEventListener("hashchange", enter, { signal });
  signal.addEventListener("abort", () => player.stop());
  enter();
  return {
    player,
    onDrawn(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    keepPlaying() {
      const reason = Symbol();
      reasons.add(reason);
      tellVisible();
      return () => {
        if (reasons.delete(reason)) tellVisible();
      };
    },
  };
}

function canHandOver(): boolean {
  return (
    typeof Worker === "function" &&
    typeof OffscreenCanvas === "function" &&
    "transferControlToOffscreen" in HTMLCanvasElement.prototype
  );
}

function beginWorker(url: string) {
  return ableWorker(() => startWorker(new URL(url, location.href).href));
}

function tell({ dataset }: HTMLCanvasElement, { updates, latency, undecodable }: Drawn): void {
  dataset.updates = String(updates);
  dataset.latency = JSON.stringify(latency);
  if (undecodable > 0) dataset.undecodable = String(undecodable);
}
