/**
 * Records what is played to a video file. Not the picture's own canvas but a copy of fixed size: encoders stop or fail when
 * the size of what they are given changes.
 */
import {
  bitsPerSecond,
  type Format,
  formatOf,
  recordedSize,
} from "../components/core/recording.ts";
import { mirror, type PictureSource } from "./mirror.ts";
import { openSink, type Sink } from "./sink.ts";

/** How it ended. `full`: there was no room for more. */
export type RecordingEnd =
  | { readonly type: "saved"; readonly full: boolean }
  | { readonly type: "failed"; readonly meaning: string };

export interface Recording {
  stop(): void;
  /** Never rejects. */
  readonly ended: Promise<RecordingEnd>;
}

const MAX_FPS = 30;
/** What is lost at most if the browser dies while it writes to a file. */
const PART_MS = 1000;

/**
 * @param options.nameOf the file's name, by its extension
 * @param options.signal ends it, as `stop` does
 * @returns undefined if the person chose no file
 * @throws Error in plain words if the browser cannot record
 */
export async function startRecording(
  source: PictureSource,
  options: {
    readonly nameOf: (extension: string) => string;
    readonly signal: AbortSignal;
  },
): Promise<Recording | undefined> {
  const { nameOf, signal } = options;
  const format = formatOf((type) => MediaRecorder.isTypeSupported(type));
  if (!format) throw new Error("this browser makes no video of a kind that we know");
  const sink = await openSink(format, nameOf(format.extension));
  if (!sink) return undefined;
  if (signal.aborted) {
    await sink.discard();
    throw new Error("what was to be recorded was left before it began");
  }
  const recording = await record(source, format, sink);
  const { stop, ended } = recording;
  if (signal.aborted) stop();
  else signal.addEventListener("abort", stop);
  // It holds on to all that was recorded.
  void ended.then(() => signal.removeEventListener("abort", stop));
  return recording;
}

async function record(source: PictureSource, { type }: Format, sink: Sink): Promise<Recording> {
  const size = recordedSize(source.size() ?? { width: 1280, height: 720 });
  const canvas = document.createElement("canvas");
  const copy = mirror(source, canvas, { size });
  await copy.begun;
  const stream = canvas.captureStream(MAX_FPS);
  const end = () => {
    copy.end();
    for (const track of stream.getTracks()) track.stop();
  };
  try {
    const options = { mimeType: type, videoBitsPerSecond: bitsPerSecond(size) };
    const recorder = new MediaRecorder(stream, options);
    const ended = follow(recorder, { sink, end });
    recorder.start(PART_MS);
    return { stop: () => stop(recorder), ended };
  } catch (error) {
    end();
    await sink.discard();
    throw error;
  }
}

/** Writes what the recorder gives until it stops; resolves once all of it is saved. */
async function follow(
  recorder: MediaRecorder,
  { sink, end }: { readonly sink: Sink; readonly end: () => void },
): Promise<RecordingEnd> {
  let full = false;
  let bytes = 0;
  let failure: unknown;
  let writing = Promise.resolve();
  const write = async (part: Blob) => {
    bytes += part.size;
    try {
      if (failure || (await sink.write(part))) return;
      full = true;
    } catch (error) {
      failure = error;
    }
    stop(recorder);
  };
  recorder.addEventListener("dataavailable", ({ data }) => {
    writing = writing.then(() => write(data));
  });
  recorder.addEventListener("error", (event) => {
    failure = "error" in event ? event.error : "the encoder failed";
  });
  await new Promise<void>((resolve) => {
    recorder.addEventListener("stop", () => resolve());
  });
  end();
  await writing;
  // WebKitGTK says that it can where a part of its encoder is not installed, and then tells of no error.
  if (bytes === 0) failure ??= new Error("the browser’s encoder made nothing");
  try {
    await (bytes === 0 ? sink.discard() : sink.save());
  } catch (error) {
    failure ??= error;
  }
  return failure ? { type: "failed", meaning: meaningOf(failure) } : { type: "saved", full };
}

function stop(recorder: MediaRecorder): void {
  if (recorder.state !== "inactive") recorder.stop();
}

function meaningOf(failure: unknown): string {
  return failure instanceof Error ? failure.message : String(failure);
}
