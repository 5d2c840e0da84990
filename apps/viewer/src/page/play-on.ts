/** Runs the player on a page, in a worker if the browser supports it, and passes the page's events to it. */
import type { PictureHandle } from "../keep/mirror.ts";
import { readLink } from "../links/link.ts";
import type { Relays } from "../links/relays.ts";
import type { Drawn, PlayerHandle } from "../player/handle.ts";
import { ableWorker, playInWorker, startWorker } from "../player/worker-proxy.ts";
import { loadPart } from "../ui/load-part.ts";

export interface Playing extends Pick<PictureHandle, "onDrawn" | "keepPlaying"> {
  readonly player: PlayerHandle;
}

export interface PageOptions {
  /** The address to dial: that of one of `relays`. */
  readonly relayUrl: string;
  readonly relays: Relays;
  /** The address of the worker's program, relative to the page. Undefined: no worker is used. */
  readonly workerUrl: string | undefined;
  readonly signal: AbortSignal;
  /** Called if the worker crashes. Its canvas cannot be used again. */
  readonly onCrash: () => void;
}

/**
 * Plays the room of the page's link until the signal, as long as the link leads to this relay. For tests and debugging, the canvas has
 * `data-updates` (how many were drawn), `data-latency` (of the newest) and `data-player` (`worker` or `page`).
 * @param canvas a new canvas that nothing else draws on
 * @returns undefined if the signal was aborted first. Rejects if part of the page cannot be loaded
 */
export async function playOn(
  canvas: HTMLCanvasElement,
  options: PageOptions,
): Promise<Playing | undefined> {
  const { signal, workerUrl, relayUrl, relays } = options;
  const program =
    workerUrl !== undefined && canHandOver() && new URL(workerUrl, location.href).href;
  const worker = program ? await ableWorker(() => startWorker(program)) : undefined;
  // Loaded only without a worker, whose program contains it.
  const play = worker ? undefined : (await loadPart(() => import("../player/play.ts"))).play;
  if (signal.aborted) {
    worker?.terminate();
    return undefined;
  }
  const reasons = new Set<symbol>();
  const isVisible = () => document.visibilityState === "visible" || reasons.size > 0;
  const listeners = new Set<() => void>();
  const onDrawn = (drawn: Drawn) => {
    expose(canvas, drawn);
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
    // Another relay needs another player, and without a relay the user chooses one of several.
    const meant = relay?.url === relayUrl && !(bare && relays.length > 1);
    if (meant) player.enter(room, token);
  };
  const updateVisible = () => player.setVisible(isVisible());
  document.addEventListener("visibilitychange", updateVisible, { signal });
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
      updateVisible();
      return () => {
        if (reasons.delete(reason)) updateVisible();
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

function expose({ dataset }: HTMLCanvasElement, { updates, latency, undecodable }: Drawn): void {
  dataset.updates = String(updates);
  dataset.latency = JSON.stringify(latency);
  if (undecodable > 0) dataset.undecodable = String(undecodable);
}
