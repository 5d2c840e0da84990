/** The worker's program: the player, on a canvas that the page has handed over. It is built into a file of its own (rolldown.config.ts). */
import type { PlayerHandle } from "./handle.ts";
import { playHere } from "./here.ts";
import type { ToPage, ToWorker } from "./worker-messages.ts";

/** Of a dedicated worker's global scope (HTML §10.2.1), what this needs. */
declare const self: {
  onmessage: ((event: MessageEvent<ToWorker>) => void) | null;
  postMessage(message: ToPage, transfer?: Transferable[]): void;
};

let player: PlayerHandle | undefined;
let endStatistics: (() => void) | undefined;

self.onmessage = ({ data }) => {
  switch (data.type) {
    case "start":
      player = play(data);
      return;
    case "enter":
      player?.enter(data.room, data.token);
      return;
    case "retry":
      player?.retry();
      return;
    case "online":
      player?.online();
      return;
    case "offline":
      player?.offline();
      return;
    case "visible":
      player?.setVisible(data.visible);
      return;
    case "statistics":
      endStatistics?.();
      endStatistics = data.wanted ? tellStatistics(started()) : undefined;
      return;
    case "png":
      void answerPng(data.id);
      return;
    case "encoded":
      void answerEncoded(data.id);
      return;
    case "bitmap":
      void answerBitmap(data.id);
      return;
    default:
      data satisfies never;
  }
};
self.postMessage({ type: "begun", able: isAble() });

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

function play({ canvas, relayUrl, visible }: Extract<ToWorker, { type: "start" }>): PlayerHandle {
  const onDrawn = (drawn: Extract<ToPage, { type: "drawn" }>["drawn"]) =>
    self.postMessage({ type: "drawn", drawn });
  const started = playHere(canvas, { relayUrl, visible, onDrawn });
  started.subscribe(() => {
    const snapshot = started.getSnapshot();
    const { picture } = snapshot;
    // Of the stream's description only the size is meant.
    const size = picture && { width: picture.width, height: picture.height };
    self.postMessage({ type: "snapshot", snapshot: { ...snapshot, picture: size } });
  });
  return started;
}

/** @returns what ends it */
function tellStatistics({ subscribeStatistics, getStatistics }: PlayerHandle): () => void {
  return subscribeStatistics(() =>
    self.postMessage({ type: "statistics", statistics: getStatistics() }),
  );
}

async function answerPng(id: number): Promise<void> {
  try {
    self.postMessage({ type: "png", id, blob: await started().snapshotPng() });
  } catch (error) {
    self.postMessage({ type: "no png", id, reason: reasonOf(error) });
  }
}

async function answerEncoded(id: number): Promise<void> {
  try {
    self.postMessage({ type: "encoded", id, picture: await started().encoded() });
  } catch (error) {
    self.postMessage({ type: "no encoded", id, reason: reasonOf(error) });
  }
}

async function answerBitmap(id: number): Promise<void> {
  try {
    const bitmap = await started().bitmap();
    self.postMessage({ type: "bitmap", id, bitmap }, [bitmap]);
  } catch (error) {
    self.postMessage({ type: "no bitmap", id, reason: reasonOf(error) });
  }
}

function started(): PlayerHandle {
  if (!player) throw new Error("the player was not started");
  return player;
}

function reasonOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
