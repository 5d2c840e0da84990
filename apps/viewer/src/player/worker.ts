/** The worker's program: the player, on a canvas handed over by the page. It is built into a file of its own (rolldown.config.ts). */
import type { PlayerHandle } from "./handle.ts";
import { play } from "./play.ts";
import type { Call, ToPage, ToWorker } from "./worker-proxy.ts";

/** The part of a dedicated worker's global scope (HTML §10.2.1) that is used here. */
declare const self: {
  onmessage: ((event: MessageEvent<ToWorker>) => void) | null;
  postMessage(message: ToPage, transfer?: Transferable[]): void;
};

let player: PlayerHandle | undefined;
let endStatistics: (() => void) | undefined;

self.onmessage = ({ data }) => {
  switch (data.type) {
    case "start":
      player = start(data);
      return;
    case "call":
      void answer(data.id, call(data));
      return;
    case "statistics":
      endStatistics?.();
      endStatistics = data.wanted ? sendStatistics(started()) : undefined;
      return;
    default:
      data satisfies never;
  }
};
self.postMessage({ type: "ready", able: isAble() });

function isAble(): boolean {
  try {
    return (
      typeof WebSocket === "function" &&
      typeof createImageBitmap === "function" &&
      new OffscreenCanvas(1, 1).getContext("2d") !== null
    );
  } catch {
    return false;
  }
}

function start({ canvas, relayUrl, visible }: Extract<ToWorker, { type: "start" }>): PlayerHandle {
  const started = play(canvas, {
    relayUrl,
    visible,
    onDrawn: (drawn) => self.postMessage({ type: "drawn", drawn }),
  });
  started.subscribe(() => {
    const snapshot = started.getSnapshot();
    const { picture } = snapshot;
    // The stream's description has more in it than the size.
    const size = picture && { width: picture.width, height: picture.height };
    self.postMessage({ type: "snapshot", snapshot: { ...snapshot, picture: size } });
  });
  return started;
}

function started(): PlayerHandle {
  if (!player) throw new Error("the player was not started");
  return player;
}

/** What a command throws is not caught: it is a bug, and the page then replaces this worker. */
function call({ name, args }: Call): unknown {
  const method: (...args: never) => unknown = started()[name];
  return Reflect.apply(method, undefined, args);
}

async function answer(id: number, result: unknown): Promise<void> {
  try {
    const value = await result;
    self.postMessage({ type: "answer", id, value }, value instanceof ImageBitmap ? [value] : []);
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    self.postMessage({ type: "failure", id, reason });
  }
}

function sendStatistics({ subscribeStatistics, getStatistics }: PlayerHandle): () => void {
  return subscribeStatistics(() =>
    self.postMessage({ type: "statistics", statistics: getStatistics() }),
  );
}
