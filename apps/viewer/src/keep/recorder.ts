/** Records the picture to a video file. It records a copy of fixed size, because encoders fail when the size of their input changes. */
import { bitsPerSecond, type Format, formatOf, recordedSize } from "./core/recording.ts";
import { mirror, type PictureSource } from "./mirror.ts";
import { Remuxer } from "./remux.ts";
import { openSink, type Sink } from "./sink.ts";

/** How a recording ended. `full`: there was no room for more. */
export type RecordingOutcome =
  | { readonly type: "saved"; readonly full: boolean }
  | { readonly type: "failed"; readonly reason: string };

export interface Recording {
  stop(): void;
  /** Never rejects. */
  readonly ended: Promise<RecordingOutcome>;
}

const MAX_FPS = 30;
const PART_MS = 1000;
/** The distance between the pictures that players can seek to. Everything between two of them is kept in memory. */
const KEY_FRAME_MS = 5000;

/**
 * @param options.nameOf returns the file's name for an extension; `signal`: ends the recording, as `stop` does
 * @returns undefined if the user chose no file. Rejects with a message for the user if the browser cannot record
 */
export async function startRecording(
  source: PictureSource,
  { nameOf, signal }: { nameOf: (extension: string) => string; signal: AbortSignal },
): Promise<Recording | undefined> {
  const format = formatOf((type) => MediaRecorder.isTypeSupported(type));
  if (!format) throw new Error("this browser cannot make any of the supported video formats");
  const sink = await openSink(format, nameOf(format.extension));
  if (!sink) return undefined;
  if (signal.aborted) {
    await sink.discard();
    throw new Error("the room was left before the recording started");
  }
  const recording = await record(source, format, sink);
  const { stop, ended } = recording;
  if (signal.aborted) stop();
  else signal.addEventListener("abort", stop);
  // The listener would keep the whole recording in memory.
  void ended.then(() => signal.removeEventListener("abort", stop));
  return recording;
}

async function record(source: PictureSource, format: Format, sink: Sink): Promise<Recording> {
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
    const options = {
      mimeType: format.type,
      videoBitsPerSecond: bitsPerSecond(size),
      videoKeyFrameIntervalDuration: KEY_FRAME_MS,
    };
    const recorder = new MediaRecorder(stream, options);
    const ended = follow(recorder, { container: format.extension, sink, end });
    recorder.start(PART_MS);
    return { stop: () => stop(recorder), ended };
  } catch (error) {
    end();
    await sink.discard();
    throw error;
  }
}

/** Packs and writes the recorder's data until it stops. Resolves once everything is saved. */
async function follow(
  recorder: MediaRecorder,
  { container, sink, end }: { container: Format["extension"]; sink: Sink; end: () => void },
): Promise<RecordingOutcome> {
  let full = false;
  let bytes = 0;
  let failure: unknown;
  let adding = Promise.resolve();
  const fail = (error: unknown) => {
    failure ??= error;
    stop(recorder);
  };
  const remuxer = new Remuxer(container, async (data, position) => {
    if (await sink.write(data, position)) return;
    full = true;
    stop(recorder);
  });
  const packed = remuxer.done.catch(fail);
  const startedAt = performance.now();
  const add = async (part: Blob) => {
    bytes += part.size;
    try {
      const data = new Uint8Array(await part.arrayBuffer());
      if (failure === undefined && data.length > 0) remuxer.add(data);
    } catch (error) {
      fail(error);
    }
  };
  recorder.addEventListener("dataavailable", ({ data }) => {
    adding = adding.then(() => add(data));
  });
  recorder.addEventListener("error", (event) => {
    fail("error" in event ? event.error : "the encoder failed");
  });
  await new Promise((resolve) => recorder.addEventListener("stop", resolve));
  const durationMs = performance.now() - startedAt;
  end();
  await adding;
  remuxer.end(durationMs / 1000);
  await packed;
  // WebKitGTK claims that it can record even if a part of its encoder is not installed, and then reports no error.
  if (bytes === 0) failure = new Error("the browser’s encoder produced no data");
  try {
    await (bytes === 0 ? sink.discard() : sink.save());
  } catch (error) {
    failure ??= error;
  }
  if (!failure) return { type: "saved", full };
  return { type: "failed", reason: failure instanceof Error ? failure.message : String(failure) };
}

function stop(recorder: MediaRecorder): void {
  if (recorder.state !== "inactive") recorder.stop();
}
