/** Runs a player in the calling thread, on the browser's socket, decoder and canvas. */
import { type OpenSocket, SUBPROTOCOL, type Timing } from "@screen-share/protocol";
import { type AnyCanvas, canvasSurface, decodeBitmap, pngOf } from "./canvas.ts";
import { PLAYER_ENDED, type PlayerHandle, type PlayOptions } from "./handle.ts";
import { Painter } from "./painter.ts";
import { Player } from "./player.ts";

const NO_PICTURE = "there is no picture yet";

// The wall clock: on some systems `performance.now()` stops while they sleep.
const timing: Timing = {
  now: () => Date.now(),
  random: () => Math.random(),
  after(delayMs, run) {
    const timer = setTimeout(run, delayMs);
    return () => clearTimeout(timer);
  },
};

/** The browser's WebSocket as a line's socket. It dials `url` (ws: or wss:). */
function dial(url: string): OpenSocket {
  return (events) => {
    let socket: WebSocket;
    try {
      socket = new WebSocket(url, SUBPROTOCOL);
    } catch {
      // An insecure address on a secure page: browsers throw before they dial.
      return undefined;
    }
    socket.binaryType = "arraybuffer";
    socket.onopen = () => events.opened();
    socket.onmessage = ({ data }: MessageEvent<string | ArrayBuffer>) =>
      events.message(typeof data === "string" ? data : new Uint8Array(data));
    // An `error` event has no details, and a `close` event always follows it.
    socket.onclose = ({ code, reason }) => events.closed({ code, reason });
    return {
      send(message) {
        socket.send(message);
        return true;
      },
      // Browsers throw at characters that take more bytes than the frame has.
      close: (code, reason) => socket.close(code, reason.replace(/[^\x20-\x7e]/g, "")),
    };
  };
}

/** Plays the room that is entered, until it is stopped. @throws Error if the browser gives the canvas no 2D context */
export function play(canvas: AnyCanvas, options: PlayOptions): PlayerHandle {
  const { relayUrl, visible, onDrawn } = options;
  const painter = new Painter(decodeBitmap, canvasSurface(canvas));
  const player = new Player({
    open: dial(relayUrl),
    screen: painter,
    timing,
    visible,
    onDrawn: (updates, latency) => onDrawn({ updates, latency, undecodable: painter.undecodable }),
  });
  const repaint = () => void painter.repaint();
  canvas.addEventListener("contextrestored", repaint);
  let ended = false;
  const paintedCanvas = () => {
    if (ended) throw new Error(PLAYER_ENDED);
    if (!painter.size) throw new Error(NO_PICTURE);
    return canvas;
  };
  return {
    subscribe: player.subscribe,
    getSnapshot: player.getSnapshot,
    subscribeStatistics: player.subscribeStatistics,
    getStatistics: player.getStatistics,
    enter: (room, token) => player.enter(room, token),
    retry: () => player.retry(),
    online: () => player.online(),
    offline: () => player.offline(),
    setVisible: (now) => player.setVisible(now),
    snapshotPng: async () => await pngOf(paintedCanvas()),
    encoded: async () => {
      paintedCanvas();
      const { shown } = player;
      if (!shown) throw new Error(NO_PICTURE);
      return { stream: shown.stream, tiles: shown.since(0) };
    },
    bitmap: async () => await createImageBitmap(paintedCanvas()),
    stop() {
      ended = true;
      canvas.removeEventListener("contextrestored", repaint);
      player.stop();
    },
  };
}
