/** The player on a real page: its parts from the browser, and the page's events told to it. */
import { canvasSurface, decodeBitmap } from "./canvas.ts";
import { readLink } from "./link.ts";
import { Painter } from "./painter.ts";
import { Player, type Timing } from "./player.ts";
import { viewerUrl } from "./relay-url.ts";
import { dial } from "./web-socket.ts";

// The wall clock: `performance.now()` stands still on some systems while they sleep.
const timing: Timing = {
  now: () => Date.now(),
  random: () => Math.random(),
  after(delayMs, run) {
    const timer = setTimeout(run, delayMs);
    return () => clearTimeout(timer);
  },
};

/**
 * Plays on `canvas` the room that the page's link names, until the signal. How many updates were drawn
 * stands in the canvas's `data-updates`, what the newest took in `data-latency`, for whoever has to wait for one.
 * @param options.relayUrl undefined: this page's own host
 */
export function playOn(
  canvas: HTMLCanvasElement,
  options: { readonly relayUrl: string | undefined; readonly signal: AbortSignal },
): Player {
  const { signal, relayUrl = viewerUrl(location.origin) } = options;
  const painter = new Painter(decodeBitmap, canvasSurface(canvas));
  const isVisible = () => document.visibilityState === "visible";
  const player = new Player({
    connect: dial(relayUrl),
    screen: painter,
    timing,
    visible: isVisible(),
    onDrawn(updates, latency) {
      canvas.dataset.updates = String(updates);
      canvas.dataset.latency = JSON.stringify(latency);
      if (painter.undecodable > 0) canvas.dataset.undecodable = String(painter.undecodable);
    },
  });
  const enter = () => {
    const { room, token } = readLink(window, relayUrl);
    player.enter(room, token);
  };
  canvas.addEventListener("contextrestored", () => void painter.repaint(), { signal });
  document.addEventListener("visibilitychange", () => player.setVisible(isVisible()), { signal });
  window.addEventListener("online", () => player.online(), { signal });
  window.addEventListener("hashchange", enter, { signal });
  signal.addEventListener("abort", () => player.stop());
  enter();
  return player;
}
