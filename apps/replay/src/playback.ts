/**
 * A recording's picture as time goes by: at each moment what was shown then, at its own or another speed. It goes on whether or not
 * anybody looks. Knows nothing of files, timers or relays.
 */
import type { FrameStore } from "@screen-share/protocol";
import { RecordedPicture, type RecordingEnd, RecordingReader } from "@screen-share/publish";

/** Timers take no longer times. */
const MAX_SLEEP_MS = 60_000;
/** So long the last picture stands before a recording begins anew, ms. */
export const LOOP_PAUSE_MS = 1000;

export interface PlaybackOptions {
  /** The recording's bytes from their start, each time it is called. */
  readonly open: () => AsyncIterable<Uint8Array>;
  /** 1 is as it was; 2 twice as fast */
  readonly speed: number;
  /** Whether to begin anew at the end, for ever. */
  readonly loop: boolean;
  /** any steady clock, ms */
  readonly now: () => number;
  readonly sleep: (ms: number) => Promise<void>;
  /** Called at the end, or each of them. */
  readonly onEnd: (end: RecordingEnd) => void;
}

export class Playback {
  readonly #picture = new RecordedPicture();

  constructor(private readonly options: PlaybackOptions) {}

  /** The whole picture, as it is now; undefined before the first. */
  get shown(): FrameStore | undefined {
    return this.#picture.shown;
  }

  /**
   * Plays from the first record to the end, which is where the recording makes sense no more; or for ever. To be called once.
   * @throws Error if it cannot be read
   */
  async run(): Promise<void> {
    const { loop, onEnd, now } = this.options;
    do {
      onEnd(await this.#pass());
      if (loop) await this.#until(now() + LOOP_PAUSE_MS);
    } while (loop);
  }

  async #pass(): Promise<RecordingEnd> {
    const { open, speed, now } = this.options;
    const reader = new RecordingReader(open());
    let startsAt: number | undefined;
    for await (const record of reader.records()) {
      startsAt ??= now() - record.atMs / speed;
      await this.#until(startsAt + record.atMs / speed);
      const misfit = this.#picture.take(record);
      if (misfit) return { kind: "damaged", offset: record.offset, reason: misfit.message };
    }
    return reader.end;
  }

  async #until(time: number): Promise<void> {
    const { now, sleep } = this.options;
    for (let left = time - now(); left > 0; left = time - now()) {
      await sleep(Math.min(left, MAX_SLEEP_MS));
    }
  }
}
