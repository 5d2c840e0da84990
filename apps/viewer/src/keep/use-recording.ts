/** A recording of what is played: begun, stopped, and what became of it told. */
import { useEffect, useRef, useState } from "react";
import { loadPart, MissingPart } from "../ui/load-part.ts";
import { readsTrue } from "./canvas-readback.ts";
import { fileName } from "./core/file-name.ts";
import { formatOf } from "./core/recording.ts";
import type { PictureHandle } from "./mirror.ts";
import type { Recording, RecordingEnd } from "./recorder.ts";

export const loadRecorder = () => loadPart(() => import("./recorder.ts"));

export interface RecordingState {
  /** On the page's clock, `performance.now()`; undefined while nothing is recorded. */
  readonly since: number | undefined;
  /** Undefined where the browser cannot record. */
  readonly toggle: (() => void) | undefined;
}

export const NOISE = "This browser hides what pages draw, and gives them noise.";

/**
 * What is recorded is one room, as long as it can be watched: when the page goes to another, or can no longer get into this one, or
 * plays it anew, the recording ends, and what there is of it is saved.
 */
export function useRecording(
  handle: PictureHandle,
  options: {
    /** Undefined while there is none to be watched. */
    readonly room: string | undefined;
    readonly tell: (words: string) => void;
  },
): RecordingState {
  const { room, tell } = options;
  const recording = useRef<Recording | "starting">(undefined);
  const [since, setSince] = useState<number>();
  useEffect(() => {
    if (since === undefined) return;
    // The browser asks in its own words whether to leave, and so to lose the recording.
    const ask = (event: BeforeUnloadEvent) => event.preventDefault();
    window.addEventListener("beforeunload", ask);
    const pause = handle.keepPlaying();
    return () => {
      window.removeEventListener("beforeunload", ask);
      pause();
    };
  }, [since, handle]);
  const watched = useRef<{ readonly room: string | undefined; readonly signal: AbortSignal }>(
    undefined,
  );
  useEffect(() => {
    const ending = new AbortController();
    watched.current = { room, signal: ending.signal };
    return () => ending.abort();
  }, [room]);

  const start = async () => {
    if (!watched.current) return;
    const { room, signal } = watched.current;
    recording.current = "starting";
    try {
      const { startRecording } = await loadRecorder();
      const nameOf = (extension: string) => fileName(room, new Date(), extension);
      const started = await startRecording(handle, { nameOf, signal });
      if (!started) return;
      recording.current = started;
      setSince(performance.now());
      tell("Recording started.");
      tell(endWords(await started.ended));
    } catch (error) {
      const meaning = error instanceof Error ? error.message : "";
      tell(error instanceof MissingPart ? meaning : endWords({ type: "failed", meaning }));
    } finally {
      recording.current = undefined;
      setSince(undefined);
    }
  };
  const toggle = () => {
    if (recording.current === undefined && !readsTrue(document)) {
      tell(`${NOISE} Allow canvas data for this page to record, or save a snapshot.`);
    } else if (recording.current === undefined) void start();
    else if (recording.current !== "starting") recording.current.stop();
  };
  return { since, toggle: canRecord() ? toggle : undefined };
}

/** Some browsers have the recorder without an encoder: WebKitGTK, where GStreamer's are not installed. */
function canRecord(): boolean {
  return (
    typeof MediaRecorder !== "undefined" &&
    "captureStream" in HTMLCanvasElement.prototype &&
    formatOf((type) => MediaRecorder.isTypeSupported(type)) !== undefined
  );
}

function endWords(end: RecordingEnd): string {
  if (end.type === "failed") return `The recording failed: ${end.meaning}`;
  return end.full
    ? "The recording has reached the size that fits in memory, and was saved."
    : "Recording saved.";
}
