/**
 * A player on a canvas of another page. It reads no link: the other page says what to play. It runs on that page's own thread, because
 * the page may forbid workers, and the script is one file.
 */
import type { PlayerHandle } from "../player/handle.ts";
import { play } from "../player/play.ts";

/**
 * Plays until the signal aborts, and pauses while the canvas cannot be seen: the tab is hidden, or the canvas is scrolled out of view.
 * @param options.relayUrl the address to dial
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
  const update = () => player.setVisible(isVisible());
  // The element around the canvas: the canvas itself is hidden until there is a picture.
  const watched = canvas.parentElement ?? canvas;
  const intersection = new IntersectionObserver((entries) => {
    inView = entries.at(-1)?.isIntersecting ?? true;
    update();
  });
  intersection.observe(watched);
  document.addEventListener("visibilitychange", update, { signal });
  window.addEventListener("online", () => player.online(), { signal });
  window.addEventListener("offline", () => player.offline(), { signal });
  signal.addEventListener("abort", () => {
    intersection.disconnect();
    player.stop();
  });
  return player;
}
