/** A recording of the picture, started and stopped by a toggle. */
import { useEffect, useRef, useState } from "react";
import { loadPart, MissingPart } from "../ui/load-part.ts";
import { isReadable, NOISE } from "./canvas-readback.ts";
import { fileName, formatOf } from "./core/recording.ts";
import type { PictureHandle } from "./mirror.ts";
import type { Recording, RecordingOutcome } from "./recorder.ts";

export const loadRecorder = () => loadPart(() => import("./recorder.ts"));

export interface RecordingState {
  /** The start on the clock of `performance.now()`; undefined while nothing is recorded. */
  readonly since: number | undefined;
  /** Undefined where the browser cannot record. */
  readonly toggle: (() => void) | undefined;
}

/** A recording ends and is saved when the page goes to another room, can no longer enter this one, or gets another player. */
export function useRecording(
  handle: PictureHandle,
  { room, notify }: { room: string | undefined; notify: (message: string) => void },
): RecordingState {
  const recording = useRef<Recording | "starting">(undefined);
  const [since, setSince] = useState<number>();
  useEffect(() => {
    if (since === undefined) return;
    // The browser then asks in its own words whether to leave the page and lose the recording.
    const confirm = (event: BeforeUnloadEvent) => event.preventDefault();
    window.addEventListener("beforeunload", confirm);
    const endPlaying = handle.keepPlaying();
    return () => {
      window.removeEventListener("beforeunload", confirm);
      endPlaying();
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
      notify("Recording started.");
      notify(endMessage(await started.ended));
    } catch (error) {
      const reason = error instanceof Error ? error.message : "";
      notify(error instanceof MissingPart ? reason : endMessage({ type: "failed", reason }));
    } finally {
      recording.current = undefined;
      setSince(undefined);
    }
  };
  const toggle = () => {
    if (recording.current === undefined && !isReadable(document)) {
      notify(`${NOISE} Allow canvas data for this page to record, or save a snapshot.`);
    } else if (recording.current === undefined) void start();
    else if (recording.current !== "starting") recording.current.stop();
  };
  return { since, toggle: canRecord() ? toggle : undefined };
}

/** Some browsers have a recorder without an encoder: WebKitGTK, if GStreamer's encoders are not installed. */
function canRecord(): boolean {
  return (
    typeof MediaRecorder !== "undefined" &&
    "captureStream" in HTMLCanvasElement.prototype &&
    formatOf((type) => MediaRecorder.isTypeSupported(type)) !== undefined
  );
}

function endMessage(end: RecordingOutcome): string {
  if (end.type === "failed") return `The recording failed: ${end.reason}`;
  return end.full
    ? "The recording reached the size that fits in memory, and was saved."
    : "Recording saved.";
}
