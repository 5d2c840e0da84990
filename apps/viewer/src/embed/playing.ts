/**
 * A player on a canvas of somebody else's page, with nothing of a link: who embeds it says where to go. On that page's own thread: it
 * may forbid workers, and the script is one file.
 */
import type { PlayerHandle } from "../player/handle.ts";
import { play } from "../player/play.ts";

/**
 * Plays until the signal, and pauses while nobody can see the canvas: the tab is hidden, or it is scrolled away.
 * @param options.relayUrl what to dial
 */
export function playOnCanvas(
  canvas: HTMLCanvasElement,
  options: { readonly relayUrl: string; readonly signal: AbortSignal },
): PlayerHandle {
  const { relayUrl, signal } = options;
  let inView = true;
  const isVisible = () => inView && document.visibilityState === "visible";
  const player = play(canvas, {
    relayUrl,
    visible: isVisible(),
    onDrawn({ updates }) {
      canvas.dataset.updates = String(updates);
    },
  });
  const look = () => player.setVisible(isVisible());
  // Of what is around the canvas: the canvas itself is hidden before there is a picture.
  const watched = canvas.parentElement ?? canvas;
  const intersection = new IntersectionObserver((entries) => {
    inView = entries.at(-1)?.isIntersecting ?? true;
    look();
  });
  intersection.observe(watched);
  document.addEventListener("visibilitychange", look, { signal });
  window.addEventListener("online", () => player.online(), { signal });
  window.addEventListener("offline", () => player.offline(), { signal });
  signal.addEventListener("abort", () => {
    intersection.disconnect();
    player.stop();
  });
  return player;
}
